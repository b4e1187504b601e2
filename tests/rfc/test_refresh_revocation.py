"""Taking refresh tokens back, from outside (group A7, where it waited for grants)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.grants import GrantEnd
from authserver.domain.refresh_tokens import GRACE_SECONDS
from tests.rfc.codes import Codes
from tests.rfc.lanes import REVOKE, assert_invalid_client, seen_of

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.people.cast import App
    from tests.people.world import PeopleWorld

HINTS = ("refresh_token", "access_token", "bogus", "ü", "")


@pytest.fixture
def codes(world: PeopleWorld) -> Codes:
    return Codes(world.container, world.ada.subject)


def first(world: PeopleWorld, codes: Codes, app: App) -> dict[str, str]:
    answer = world.redeem(app, codes.code(app))
    assert answer.status == 200, answer.body
    return dict(answer.json)


def revoke(world: PeopleWorld, app: App, token: str, **form: str) -> Answer:
    """As the app does: a public one by possession and its name."""
    named = {} if app.secret else {"client_id": app.client_id}
    return world.lane.post(REVOKE, {"token": token, **named, **form}, app.authorization)


@pytest.mark.rule("RV-02")
@pytest.mark.parametrize("hint", HINTS)
def test_a_refresh_token_is_revoked_whatever_the_hint_says(
    world: PeopleWorld, codes: Codes, hint: str
) -> None:
    tokens = first(world, codes, world.web_app)
    answer = revoke(world, world.web_app, tokens["refresh_token"], token_type_hint=hint)
    assert answer.status == 200
    assert not world.lane.is_active(world.jira, tokens["access_token"])
    refused = world.refresh(world.web_app, tokens["refresh_token"])
    assert refused.error == (400, "invalid_grant")


@pytest.mark.rule("RV-03")
@pytest.mark.parametrize("which", ["leaf", "predecessor", "long superseded"])
def test_any_member_of_a_family_takes_all_of_it_along_on_every_worker(
    world: PeopleWorld, codes: Codes, which: str
) -> None:
    app = world.web_app
    elsewhere = world.installation.start_worker().lane
    one = first(world, codes, app)
    two = world.refresh(app, one["refresh_token"]).json
    kept = first(world, codes, app)
    if which == "long superseded":
        world.clock.advance(GRACE_SECONDS + 1)
    presented = two if which == "leaf" else one
    for tokens in (one, two, kept):
        assert elsewhere.is_active(world.jira, tokens["access_token"])
    assert revoke(world, app, presented["refresh_token"]).status == 200
    for tokens in (one, two):
        assert not elsewhere.is_active(world.jira, tokens["access_token"])
        answer = world.refresh(app, tokens["refresh_token"])
        assert answer.error == (400, "invalid_grant")
    assert elsewhere.is_active(world.jira, kept["access_token"])
    assert world.refresh(app, kept["refresh_token"]).status == 200
    ended = world.installation.records("grant.ended")
    assert [each["reason"] for each in ended] == [GrantEnd.REVOKED_BY_CLIENT]


@pytest.mark.rule("RV-03")
def test_an_access_token_is_revoked_alone(world: PeopleWorld, codes: Codes) -> None:
    tokens = first(world, codes, world.web_app)
    assert revoke(world, world.web_app, tokens["access_token"]).status == 200
    assert not world.lane.is_active(world.jira, tokens["access_token"])
    assert world.refresh(world.web_app, tokens["refresh_token"]).status == 200


@pytest.mark.rule("RV-01")
def test_unknown_and_foreign_refresh_tokens_get_the_same_answer_and_live_on(
    world: PeopleWorld, codes: Codes
) -> None:
    own, foreign = first(world, codes, world.web_app), first(world, codes, world.spa)
    done = revoke(world, world.web_app, own["refresh_token"])
    unknown = world.container.secret_maker.secret("rt")
    for value in (foreign["refresh_token"], unknown, own["refresh_token"], codes.code(world.spa)):
        assert seen_of(revoke(world, world.web_app, value)) == seen_of(done)
    assert world.lane.is_active(world.jira, foreign["access_token"])
    assert world.refresh(world.spa, foreign["refresh_token"]).status == 200


@pytest.mark.rule("RV-05")
def test_public_clients_revoke_by_possession_and_confidential_ones_authenticate(
    world: PeopleWorld, codes: Codes
) -> None:
    theirs, tokens = first(world, codes, world.spa), first(world, codes, world.web_app)
    nobody = world.lane.post(REVOKE, {"token": tokens["refresh_token"]})
    assert_invalid_client(nobody)
    named = {"token": tokens["refresh_token"], "client_id": "web-app"}
    assert_invalid_client(world.lane.post(REVOKE, named))
    # A public client that is not the token's own.
    assert revoke(world, world.native, tokens["refresh_token"]).status == 200
    assert world.lane.is_active(world.jira, tokens["access_token"])
    answer = revoke(world, world.spa, theirs["refresh_token"], callback="alert")
    assert (answer.status, answer.body) == (200, b"{}\n")
    assert not world.lane.is_active(world.jira, theirs["access_token"])


@pytest.mark.rule("RV-07")
def test_revoking_again_changes_nothing(world: PeopleWorld, codes: Codes) -> None:
    tokens = first(world, codes, world.web_app)
    answers = [revoke(world, world.web_app, tokens["refresh_token"]) for _ in range(3)]
    assert len({str(seen_of(answer)) for answer in answers}) == 1
    assert len(world.installation.records("grant.ended")) == 1
