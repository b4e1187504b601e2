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
EVIL = "https://evil.example.test/callback"


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


def test_where_its_users_are_sent_and_what_they_are_shown_stay_as_an_administrator_left_them(
    world: PeopleWorld, registrar: Registrar
) -> None:
    stated = {
        "redirect_uris": [CALLBACK, EVIL],
        "post_logout_redirect_uris": [CALLBACK, EVIL],
        "client_name": "Jira",
        "client_uri": EVIL,
        "application_type": "native",
    }
    told = registrar.registered(**stated)
    update = ClientUpdate(
        name="Somebody's app",
        profile=ProfileChanges(
            post_logout_redirect_uris=[CALLBACK],
            client_uri="",
            application_type="web",
            default_max_age=600,
        ),
        remove_redirect_uris=[EVIL],
    )
    before = world.container.clients.update(told["client_id"], update, world.container.operator)
    again = {"client_id": told["client_id"], "default_max_age": 9000, **stated}
    answer = registrar.manage("PUT", told, **again)
    assert answer.status == 200, answer.body
    after = world.container.clients.get(told["client_id"])
    assert (after.name, after.profile) == (before.name, before.profile)
    assert (answer.json["client_name"], answer.json["redirect_uris"]) == (after.name, [CALLBACK])
    again = {**again, "default_max_age": 60, "post_logout_redirect_uris": []}
    assert registrar.manage("PUT", told, **again).status == 200
    profile = world.container.clients.get(told["client_id"]).profile
    assert (profile.default_max_age, profile.post_logout_redirect_uris) == (60, ())


def test_a_client_that_states_only_what_was_taken_is_refused(
    world: PeopleWorld, registrar: Registrar
) -> None:
    told = registrar.registered(redirect_uris=[CALLBACK, EVIL])
    update = ClientUpdate(remove_redirect_uris=[EVIL])
    world.container.clients.update(told["client_id"], update, world.container.operator)
    answer = registrar.manage("PUT", told, client_id=told["client_id"], redirect_uris=[EVIL])
    assert answer.error == (400, "invalid_redirect_uri")
    profile = world.container.clients.get(told["client_id"]).profile
    assert profile.redirect_uris == (CALLBACK,)


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
