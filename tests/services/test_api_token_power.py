"""Stopping API tokens, for ever or for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.api_tokens import ApiTokenStatus
from authserver.domain.authority import ChangeKind
from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.services.api_token_drafts import Delivery, Maker
from tests.services.token_office import DAY, TokenOffice
from tests.services.world import ADMIN, details

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken
    from tests.services.world import World

STOPS = ("revoke", "disable")


@pytest.fixture
def office(world: World) -> TokenOffice:
    return TokenOffice(world)


def rotated(office: TokenOffice, token: ApiToken) -> ApiToken:
    maker = Maker(office.ada.subject)
    return office.tokens.rotate(token.token_id, office.act, maker, overlap_seconds=DAY).token


@pytest.mark.parametrize(("stop", "status"), [("revoke", "revoked"), ("disable", "disabled")])
def test_a_token_is_stopped_and_all_others_go_on(
    office: TokenOffice, stop: str, status: str
) -> None:
    first, second, third = (office.own().token for _ in range(3))
    (stopped,) = getattr(office.power, stop)(second.token_id, ADMIN, reason="left the project")
    assert office.kept(second) == stopped
    assert (stopped.status, stopped.reason) == (ApiTokenStatus(status), "left the project")
    assert office.kept(first).status is office.kept(third).status is ApiTokenStatus.ENABLED
    event = office.world.database.audit[-1]
    assert (event.action, event.token_id) == (f"token.{status}", second.token_id)
    assert event.reason == "left the project"
    assert event.actor == ADMIN.actor
    said = details(event)
    assert said["lineage_id"] == second.lineage_id
    assert said["subject"] == office.ada.subject
    assert said["before"] == "enabled"


@pytest.mark.rule("AK-03")
@pytest.mark.parametrize("stop", STOPS)
def test_whoever_stops_a_token_waits_until_every_worker_knows(
    office: TokenOffice, stop: str
) -> None:
    token = office.own().token
    slept = office.world.clock.now()
    getattr(office.power, stop)(token.token_id, ADMIN)
    assert office.world.clock.now() - slept >= 0.29
    # Also where somebody else has done it a moment ago.
    slept = office.world.clock.now()
    assert getattr(office.power, stop)(token.token_id, ADMIN) == []
    assert office.world.clock.now() - slept >= 0.29


@pytest.mark.parametrize("stop", STOPS)
def test_with_a_token_go_those_it_took_the_place_of(office: TokenOffice, stop: str) -> None:
    old = office.own().token
    new = rotated(office, old)
    stopped = getattr(office.power, stop)(new.token_id, ADMIN)
    assert [each.token_id for each in stopped] == [new.token_id, old.token_id]


@pytest.mark.parametrize("stop", STOPS)
def test_the_successor_of_a_token_goes_on(office: TokenOffice, stop: str) -> None:
    old = office.own().token
    new = rotated(office, old)
    (stopped,) = getattr(office.power, stop)(old.token_id, ADMIN)
    assert stopped.token_id == old.token_id
    assert office.kept(new).status is ApiTokenStatus.ENABLED


def test_a_disabled_token_works_again_when_it_is_enabled(office: TokenOffice) -> None:
    token = office.own().token
    office.power.disable(token.token_id, ADMIN, reason="holidays")
    enabled = office.power.enable(token.token_id, ADMIN)
    assert enabled.status is ApiTokenStatus.ENABLED
    assert enabled.reason == ""
    assert enabled.secret == token.secret
    assert office.world.database.audit[-1].action == "token.enabled"
    count = len(office.world.database.audit)
    office.power.enable(token.token_id, ADMIN)
    assert len(office.world.database.audit) == count


def test_what_nobody_has_picked_up_still_waits_for_that_after_a_while(
    office: TokenOffice,
) -> None:
    made = office.for_ada(Delivery.LINK)
    ticket = made.link.rpartition("/")[2]
    office.power.disable(made.token.token_id, ADMIN)
    with pytest.raises(Exception, match="expired"):
        office.pick_ups.look(ticket, office.ada.subject)
    assert office.power.enable(made.token.token_id, ADMIN).status is ApiTokenStatus.PENDING
    office.pick_ups.look(ticket, office.ada.subject)


def test_what_is_over_stays_over(office: TokenOffice) -> None:
    token = office.own(expires_in=60.0).token
    office.world.clock.advance(60)
    with pytest.raises(Conflict, match="is expired: make a new one"):
        office.power.enable(token.token_id, ADMIN)
    office.power.revoke(token.token_id, ADMIN)
    with pytest.raises(Conflict, match="is revoked"):
        office.power.enable(token.token_id, ADMIN)
    with pytest.raises(Conflict, match="is revoked"):
        office.power.disable(token.token_id, ADMIN)


def test_a_reason_is_one_printable_line(office: TokenOffice) -> None:
    token = office.own().token
    with pytest.raises(InvalidField, match="reason"):
        office.power.revoke(token.token_id, ADMIN, reason="a\nb")
    assert office.kept(token).status is ApiTokenStatus.ENABLED
    with pytest.raises(NotFound):
        office.power.revoke("nowhere", ADMIN)


def test_every_act_tells_workers_to_look_again(office: TokenOffice) -> None:
    token = office.own().token
    office.power.disable(token.token_id, ADMIN)
    office.power.enable(token.token_id, ADMIN)
    told = [each.change for each in office.world.database.state.changes]
    mine = [each for each in told if each.kind is ChangeKind.API_TOKEN]
    assert [each.value for each in mine] == [token.token_id] * 3
