"""Making grants, looking at them, and ending them with all that came of them."""

from __future__ import annotations

from typing import Any

import pytest

from authserver.domain.audit import Actor, ActorKind, Outcome
from authserver.domain.authority import ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.tokens import latest_end
from authserver.services.client_profiles import ProfileChanges
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from tests.services.granted import ADA, DAY, JIRA_MAIN, TIMES, GrantDesk
from tests.services.world import ADMIN, World, details

SIGN_IN = frozenset({"openid", "READ"})


@pytest.fixture
def desk(world: World) -> GrantDesk:
    return GrantDesk(world)


def test_a_grant_says_who_allowed_what_to_whom_and_how_they_had_signed_in(desk: GrantDesk) -> None:
    grant = desk.allow()
    session = desk.session
    assert (grant.client_id, grant.subject) == ("app", ADA)
    assert (grant.audience, grant.resource) == (JIRA_MAIN, "jira-main")
    assert (grant.auth_time, grant.acr, grant.amr) == (session.auth_time, session.acr, session.amr)
    assert grant.session_id == session.session_id
    assert desk.world.grants.list(GrantFilter()) == [grant]
    event = desk.world.database.audit[-1]
    assert (event.action, event.object_id) == ("grant.created", grant.grant_id)
    assert event.actor == Actor(ActorKind.USER, ADA)
    assert details(event)["scope"] == "READ WRITE offline_access openid"


@pytest.mark.rule("RT-06")
def test_a_grant_with_refresh_tokens_ends_absolutely(desk: GrantDesk) -> None:
    now = desk.world.clock.now()
    assert desk.allow().expires_at == now + TIMES.absolute_seconds
    short = desk.add_app("short", ProfileChanges(refresh_absolute_seconds=3600))
    assert desk.allow(short).expires_at == now + 3600


def test_a_grant_without_refresh_tokens_lasts_as_long_as_its_session_may(desk: GrantDesk) -> None:
    grant = desk.allow(scopes=SIGN_IN)
    assert grant.session_bound
    assert grant.expires_at == desk.session.expires_at
    over = desk.world.clock.now() + DAY + 1
    assert not grant.is_live(over)


def test_offline_access_alone_unbinds_from_the_session(desk: GrantDesk) -> None:
    assert not desk.allow().session_bound
    assert desk.allow(scopes=SIGN_IN).session_bound


@pytest.mark.rule("RV-03")
def test_the_end_of_a_grant_is_announced_recorded_and_waited_for(desk: GrantDesk) -> None:
    grant = desk.allow()
    tokens = desk.redeem(desk.code(grant))
    slept = sum(desk.world.clock.slept)
    wanted = GrantFilter(grant_id=grant.grant_id)
    ended = desk.world.grants.end(wanted, GrantEnd.REVOKED_BY_ADMINISTRATOR, ADMIN)
    assert ended == [grant.grant_id]
    assert sum(desk.world.clock.slept) - slept == pytest.approx(REVOKER_WAIT_SECONDS)
    assert not desk.is_active(tokens)
    change = desk.world.database.state.changes[-1].change
    assert (change.kind, change.value) == (ChangeKind.GRANT, grant.grant_id)
    assert change.expires_at >= latest_end(tokens.access.token.issued_at)
    event = desk.world.database.audit[-1]
    assert (event.action, event.outcome) == ("grant.ended", Outcome.SUCCESS)
    assert (event.actor, event.reason) == (ADMIN.actor, "revoked by an administrator")
    assert (event.client_id, event.request_id) == ("app", ADMIN.request_id)
    assert desk.world.grants.end(wanted, GrantEnd.REVOKED_BY_USER, ADMIN) == []
    assert desk.stored(grant.grant_id).end is GrantEnd.REVOKED_BY_ADMINISTRATOR


@pytest.mark.parametrize(
    ("narrowing", "ended"),
    [
        ({"client_id": "spa"}, {"spa"}),
        ({"subject": ADA}, {"app", "spa", "bound"}),
        ({"subject": "user:nobody"}, set()),
        ({"session_bound": True}, {"bound"}),
        ({"session_id": "sid-1", "session_bound": True}, {"bound"}),
        ({"resource": "wiki"}, set()),
        ({}, {"app", "spa", "bound"}),
    ],
)
def test_only_what_fits_ends(desk: GrantDesk, narrowing: dict[str, Any], ended: set[str]) -> None:
    grants = {
        "app": desk.allow(),
        "spa": desk.allow(desk.spa),
        "bound": desk.allow(scopes=SIGN_IN),
    }
    found = desk.world.grants.end(GrantFilter(**narrowing), GrantEnd.LOGOUT, ADMIN)
    assert set(found) == {grants[name].grant_id for name in ended}
    left = {grant.grant_id for grant in desk.world.grants.list(GrantFilter())}
    assert left == {each.grant_id for each in grants.values()} - set(found)


@pytest.mark.parametrize("failing", ["writing", "authority.advance", "audit.add", "commit"])
def test_a_grant_whose_end_cannot_be_announced_lives_on(desk: GrantDesk, failing: str) -> None:
    tokens = desk.first_tokens()
    desk.world.database.failing.add(failing)
    with pytest.raises(StorageUnavailable):
        desk.world.grants.end(GrantFilter(), GrantEnd.LOGOUT, ADMIN)
    desk.world.database.failing.clear()
    assert desk.is_active(tokens)
    assert len(desk.world.grants.list(GrantFilter())) == 1


def test_an_end_that_nobody_asked_for_from_outside_has_no_address(desk: GrantDesk) -> None:
    desk.allow()
    now = desk.world.clock.now()
    with desk.world.database.writing() as stores:
        desk.world.grants.end_in(
            stores, GrantFilter(), GrantEnd.USER_STOPPED, actor=ADMIN.actor, call=None, now=now
        )
    event = desk.world.database.audit[-1]
    assert (event.peer, event.request_id) == ("", "")
