"""Nothing comes of a grant when somebody lost what it needs."""

from __future__ import annotations

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.clients import GrantType
from authserver.domain.errors import Conflict
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientUpdate
from tests.services.granted import ADA, GrantDesk
from tests.services.world import ADMIN, World


@pytest.fixture
def desk(world: World) -> GrantDesk:
    return GrantDesk(world)


@pytest.mark.rule("RT-07")
@pytest.mark.parametrize("lost", ["scope", "resource", "user", "session", "grant"])
def test_what_was_lost_since_the_user_allowed_it_is_not_given(desk: GrantDesk, lost: str) -> None:
    grant = desk.allow(scopes=frozenset({"openid", "READ"}))
    code = desk.code(grant)
    take_away(desk, lost, grant.grant_id)
    client = desk.world.clients.get("app")
    desk.refused("invalid_grant", desk.redeem, code, client)
    assert "token.issued" not in desk.actions()


def take_away(desk: GrantDesk, lost: str, grant_id: str) -> None:
    """Take from the client, its user or its grant what they need."""
    if lost == "scope":
        desk.world.clients.update("app", ClientUpdate(remove_scopes=["READ", "WRITE"]), ADMIN)
    elif lost == "resource":
        update = ClientUpdate(remove_resources=["jira-main"], add_resources=["wiki"])
        desk.world.clients.update("app", update, ADMIN)
    elif lost == "user":
        desk.disable_user()
    elif lost == "session":
        with desk.world.database.writing() as stores:
            stores.sessions.end(desk.world.clock.now(), session_id="sid-1")
    else:
        with desk.world.database.writing() as stores:
            desk.world.grants.end_in(
                stores,
                GrantFilter(grant_id=grant_id),
                GrantEnd.REVOKED_BY_USER,
                actor=Actor(ActorKind.USER, ADA),
                call=None,
                now=desk.world.clock.now(),
            )


@pytest.mark.rule("RT-07")
@pytest.mark.parametrize("lost", ["user", "scope", "resource", "grant type of the grant"])
def test_a_family_yields_nothing_when_somebody_lost_what_it_needs(
    desk: GrantDesk, lost: str
) -> None:
    value = desk.first_tokens().refresh_token
    updates = {
        "scope": ClientUpdate(remove_scopes=["READ"], add_scopes=[]),
        "resource": ClientUpdate(add_resources=["wiki"], remove_resources=["jira-main"]),
        "grant type of the grant": ClientUpdate(
            grant_types=(GrantType.DEVICE_CODE, "refresh_token")
        ),
    }
    if lost == "user":
        desk.disable_user()
    elif lost == "scope":
        # READ alone would still lie within WRITE.
        update = ClientUpdate(scopes=["openid", "offline_access", "READ"])
        desk.world.clients.update("app", update, ADMIN)
    else:
        desk.world.clients.update("app", updates[lost], ADMIN)
    client = desk.world.clients.get("app")
    desk.refused("invalid_grant", desk.refresh, value, client)


def test_a_client_that_may_not_refresh_any_more_is_told_so(desk: GrantDesk) -> None:
    value = desk.first_tokens().refresh_token
    desk.world.clients.update("app", ClientUpdate(grant_types=("authorization_code",)), ADMIN)
    client = desk.world.clients.get("app")
    desk.refused("unauthorized_client", desk.refresh, value, client)


@pytest.mark.rule("RT-07")
def test_a_session_bound_family_ends_with_its_session(desk: GrantDesk) -> None:
    client = desk.add_app("web", ProfileChanges(session_refresh=True))
    grant = desk.allow(client, frozenset({"openid", "READ"}))
    assert grant.session_bound
    value = desk.redeem(desk.code(grant), client).refresh_token
    value = desk.refresh(value, client).refresh_token
    with desk.world.database.writing() as stores:
        stores.sessions.end(desk.world.clock.now(), session_id="sid-1")
    desk.refused("invalid_grant", desk.refresh, value, client)


def test_a_session_that_idles_out_takes_its_families_along(desk: GrantDesk) -> None:
    client = desk.add_app("web", ProfileChanges(session_refresh=True))
    value = desk.redeem(
        desk.code(desk.allow(client, frozenset({"openid", "READ"}))), client
    ).refresh_token
    desk.world.clock.advance(desk.session.idle_seconds + 1)
    desk.refused("invalid_grant", desk.refresh, value, client)


def test_offline_access_outlives_the_session(desk: GrantDesk) -> None:
    value = desk.first_tokens().refresh_token
    with desk.world.database.writing() as stores:
        stores.sessions.end(desk.world.clock.now(), session_id="sid-1")
    assert desk.refresh(value).access.value


def test_a_client_that_may_not_refresh_without_offline_access_any_more_gets_nothing(
    desk: GrantDesk,
) -> None:
    client = desk.add_app("web", ProfileChanges(session_refresh=True))
    value = desk.redeem(
        desk.code(desk.allow(client, frozenset({"openid", "READ"}))), client
    ).refresh_token
    update = ClientUpdate(profile=ProfileChanges(session_refresh=False))
    changed = desk.world.clients.update("web", update, ADMIN)
    desk.refused("invalid_grant", desk.refresh, value, changed)


@pytest.mark.rule("RT-07")
@pytest.mark.parametrize(
    ("grant_types", "active"),
    [
        (("authorization_code",), True),
        (("authorization_code", "client_credentials"), True),
        (("client_credentials",), False),
    ],
)
def test_tokens_of_users_end_with_the_last_grant_type_that_needs_one(
    desk: GrantDesk,
    grant_types: tuple[str, ...],
    active: bool,  # noqa: FBT001 - a row of the table
) -> None:
    tokens = desk.first_tokens(desk.allow(scopes=frozenset({"READ"})))
    assert desk.is_active(tokens)
    update = ClientUpdate(grant_types=grant_types, scopes=("READ", "WRITE"))
    desk.world.clients.update("app", update, ADMIN)
    assert desk.is_active(tokens) is active


def test_while_credentials_rest_no_grant_yields_anything_and_none_is_lost(desk: GrantDesk) -> None:
    value = desk.first_tokens().refresh_token
    before = desk.allow()
    desk.rest(desk.world.clock.now())
    desk.refused("invalid_grant", desk.refresh, value)
    desk.refused("invalid_grant", desk.redeem, desk.code(before))
    with pytest.raises(Conflict):
        desk.allow()
    desk.rest(None)
    # A refresh token is not used up by a refusal; a code is, as by every one.
    assert desk.refresh(value).access.value
    assert desk.redeem(desk.code(before)).access.value
