"""While the credentials of a user rest, nothing that was under way gives a token either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld


@pytest.mark.feature(14)
@pytest.mark.parametrize("rests", [True, False])
def test_a_code_from_before_gives_nothing_while_its_users_credentials_rest(
    world: PeopleWorld, *, rests: bool
) -> None:
    browser = world.signed_in()
    world.authorize(browser, world.web_app)
    code = world.finish(browser).answer["code"]
    refresh_token = world.tokens(world.spa, scope="READ offline_access")["refresh_token"]
    credentials, operator = world.container.user_credentials, world.container.operator
    if rests:
        credentials.disable("ada", operator)
    world.installation.poll()
    answers = [world.redeem(world.web_app, code), world.refresh(world.spa, refresh_token)]
    wanted = "invalid_grant" if rests else ""
    assert [str(each.json.get("error", "")) for each in answers] == [wanted] * 2
    assert browser.get("/account").status == 200
    if rests:
        credentials.enable("ada", operator)
        world.installation.poll()
        assert world.refresh(world.spa, refresh_token).status == 200
