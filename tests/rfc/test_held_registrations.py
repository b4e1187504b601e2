"""What an administrator takes from a client that registered itself, it cannot take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.clients import GrantType
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientUpdate
from tests.rfc.registering import CALLBACK, OPEN, Registrar, initial_token

if TYPE_CHECKING:
    from tests.conftest import MakeWorld
    from tests.people.world import PeopleWorld

GRANTS = [GrantType.AUTHORIZATION_CODE.value, GrantType.REFRESH_TOKEN.value]
SCOPES = ("READ", "WRITE", "offline_access", "openid")
FULL = " ".join(SCOPES)


@pytest.fixture
def world(make_world: MakeWorld) -> PeopleWorld:
    return make_world(**OPEN)


@pytest.fixture
def registrar(world: PeopleWorld) -> Registrar:
    token = initial_token(
        world.installation, grant_types=GRANTS, scopes=SCOPES, resources=("jira-main",)
    )
    return Registrar(world.lane, token)


@pytest.fixture
def told(registrar: Registrar) -> dict[str, Any]:
    """A registered client that has everything its initial token allows."""
    told = registrar.registered(grant_types=GRANTS)
    assert set(told["scope"].split()) == set(SCOPES)
    return told


def restated(registrar: Registrar, told: dict[str, Any]) -> dict[str, Any]:
    """What becomes of the client when it states everything again."""
    answer = registrar.manage(
        "PUT",
        told,
        client_id=told["client_id"],
        redirect_uris=[CALLBACK],
        grant_types=GRANTS,
        scope=FULL,
    )
    assert answer.status == 200, answer.body
    return dict(answer.json)


def test_what_an_administrator_took_stays_taken(
    world: PeopleWorld, registrar: Registrar, told: dict[str, Any]
) -> None:
    update = ClientUpdate(
        grant_types=GRANTS[:1],
        remove_scopes=("WRITE", "offline_access"),
        profile=ProfileChanges(require_pushed_requests=True),
    )
    world.container.clients.update(told["client_id"], update, world.container.operator)
    after = restated(registrar, told)
    assert set(after["scope"].split()) == {"READ", "openid"}
    assert after["grant_types"] == GRANTS[:1]
    assert after["require_pushed_authorization_requests"]
    assert restated(registrar, told)["scope"] == after["scope"]


def test_times_that_an_administrator_set_stay(
    world: PeopleWorld, registrar: Registrar, told: dict[str, Any]
) -> None:
    times = ProfileChanges(refresh_idle_seconds=600, refresh_absolute_seconds=6000)
    update = ClientUpdate(profile=times)
    world.container.clients.update(told["client_id"], update, world.container.operator)
    restated(registrar, told)
    profile = world.container.clients.get(told["client_id"]).profile
    assert (profile.refresh_idle_seconds, profile.refresh_absolute_seconds) == (600, 6000)


def test_under_a_revoked_token_a_client_grows_no_more(
    world: PeopleWorld, registrar: Registrar
) -> None:
    told = registrar.registered(grant_types=GRANTS, scope="openid READ")
    (token,) = world.container.initial_access_tokens.list()
    world.container.initial_access_tokens.revoke(token.token_id, world.container.operator)
    assert set(restated(registrar, told)["scope"].split()) == {"READ", "openid"}


def test_a_client_that_nobody_changed_may_grow_within_its_token(registrar: Registrar) -> None:
    told = registrar.registered(grant_types=GRANTS, scope="openid")
    assert set(restated(registrar, told)["scope"].split()) == set(SCOPES)
