"""The overview of the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.roles import Role
from tests.people.cast import add_user
from tests.web.admin.calling import decided
from tests.web.admin.test_tokens import make

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk


def test_every_number_leads_to_a_list_of_as_many(desk: Desk) -> None:
    make(desk, "olive")
    token = desk.world.tokens(desk.world.web_app)["access_token"]
    for path in ("/rest/api/2/no-such-thing", "/rest/api/2/nor-this"):
        decided(desk.world, token, path=path)
    desk.world.container.audit.catch_up()
    page = desk.get("")
    assert page.texts["credentials-api_tokens"].endswith("100")
    assert "2" in page.texts["refusals"]
    assert "web-app" in page.texts["talkers"]
    links = [each for each in page.links if "/admin/" in each and "?" in each]
    assert len(links) > 5
    for link in links:
        assert desk.browser.get(link).status == 200, link
    refused = next(each for each in links if "outcome=refused" in each)
    assert desk.browser.get(refused).texts["audit"].count("call.denied") == 2


def test_whoever_may_see_little_sees_no_numbers_of_the_rest(desk: Desk) -> None:
    desk.world.tokens(desk.world.web_app)
    for role in Role:
        person = add_user(desk.world.container, f"in-{role}", roles=frozenset({role}))
        page = desk.world.signed_in(person).get("/admin")
        assert page.status == 200
        assert ("keys" in page.texts) == (role in {Role.AUDITOR, Role.OWNER})
        assert ("mail-title" in page.texts) == (role in {Role.AUDITOR, Role.HELP_DESK, Role.OWNER})
