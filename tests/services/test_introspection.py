"""The verdict on tokens: good only for the right site, now, and while nobody took anything away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.keys import KeyState
from authserver.domain.tokens import CLOCK_SKEW_SECONDS
from authserver.services.authority import LEASE_SECONDS
from authserver.services.clients import ClientUpdate
from tests.doubles import EPOCH
from tests.services.world import ADMIN, Worker, World

if TYPE_CHECKING:
    from authserver.domain.tokens import AccessToken, IssuedToken


@pytest.fixture
def world(world: World) -> World:
    world.add_keys()
    world.add_resource()
    world.add_resource("wiki", kind="confluence-cloud")
    world.add_client(scopes=["READ", "WRITE"], resources=["jira-main"])
    return world


@pytest.fixture
def issued(world: World) -> IssuedToken:
    """A token of ci-reader for READ at jira-main, 600 seconds long."""
    world.worker.view.poll()
    return world.worker.issuance.client_credentials(
        world.clients.get("ci-reader"), "READ", (), world.call()
    )


def ask(
    world: World, issued: IssuedToken, name: str = "jira-main", worker: Worker | None = None
) -> AccessToken | None:
    return (worker or world.worker).introspection.active_token(
        issued.value, world.resources.get(name), world.call()
    )


def deny(world: World, kind: ChangeKind, value: str, issued_until: float = 0.0) -> None:
    with world.database.writing() as stores:
        stores.authority.advance([Change(kind, value, EPOCH + 10_000, issued_until)])
    world.clock.advance(LEASE_SECONDS)


def test_a_good_token_is_active_with_its_claims(world: World, issued: IssuedToken) -> None:
    assert ask(world, issued) == issued.token


def test_a_known_token_costs_the_database_nothing(world: World, issued: IssuedToken) -> None:
    resource = world.resources.get("jira-main")
    world.worker.introspection.active_token(issued.value, resource, world.call())
    world.database.calls.clear()
    assert world.worker.introspection.active_token(issued.value, resource, world.call())
    assert not world.database.calls


@pytest.mark.rule("IN-02")
def test_a_site_learns_nothing_about_tokens_for_another(world: World, issued: IssuedToken) -> None:
    assert ask(world, issued, "wiki") is None


@pytest.mark.rule("IN-06")
def test_a_token_that_was_changed_is_inactive(world: World, issued: IssuedToken) -> None:
    value = issued.value
    for other in ("", value[:-1], value + "x", value.upper(), " " + value, "a.b.c"):
        resource = world.resources.get("jira-main")
        introspection = world.worker.introspection
        assert introspection.active_token(other, resource, world.call()) is None


@pytest.mark.parametrize(("seconds", "active"), [(599.9, 1), (600, 0), (601, 0)])
def test_a_token_is_active_until_the_second_it_expires(
    world: World, issued: IssuedToken, seconds: float, active: int
) -> None:
    world.clock.advance(seconds)
    assert (ask(world, issued) is not None) == bool(active)


@pytest.mark.parametrize(
    ("ahead", "active"), [(CLOCK_SKEW_SECONDS, 1), (CLOCK_SKEW_SECONDS + 1, 0)]
)
def test_a_token_from_the_future_is_good_within_the_skew_of_clocks(
    world: World, issued: IssuedToken, ahead: int, active: int
) -> None:
    world.clock.set_now(EPOCH - ahead)
    assert (ask(world, issued) is not None) == bool(active)


@pytest.mark.parametrize("kind", ["token", "grant", "subject"])
def test_what_was_denied_is_inactive_on_every_worker(
    world: World, issued: IssuedToken, kind: str
) -> None:
    other = Worker(world)
    assert ask(world, issued, worker=other)
    value = {
        "token": issued.token.token_id,
        "grant": issued.token.grant_id,
        "subject": issued.token.subject,
    }[kind]
    deny(world, ChangeKind(kind), value, issued_until=EPOCH)
    assert ask(world, issued) is None
    assert ask(world, issued, worker=other) is None


def test_the_denial_of_a_subject_spares_later_tokens(world: World, issued: IssuedToken) -> None:
    deny(world, ChangeKind.SUBJECT, issued.token.subject, issued_until=EPOCH - 1)
    assert ask(world, issued)


@pytest.mark.rule("AD-07")
def test_the_tokens_of_a_disabled_client_are_inactive_until_it_is_enabled(
    world: World, issued: IssuedToken
) -> None:
    assert ask(world, issued)
    world.clients.disable("ci-reader", ADMIN)
    assert ask(world, issued) is None
    world.clients.enable("ci-reader", ADMIN)
    world.clock.advance(LEASE_SECONDS)
    assert ask(world, issued)


@pytest.mark.rule("AD-07")
def test_the_tokens_of_a_deleted_client_are_inactive(world: World, issued: IssuedToken) -> None:
    assert ask(world, issued)
    world.clients.delete("ci-reader", ADMIN)
    assert ask(world, issued) is None


def test_a_token_whose_client_nobody_knows_is_inactive(world: World, issued: IssuedToken) -> None:
    world.database.state.clients.clear()
    assert ask(world, issued) is None


@pytest.mark.parametrize(("scopes", "active"), [(["WRITE"], 1), (["READ"], 1), ([], 0)])
def test_a_scope_that_was_taken_from_the_client_is_gone_from_live_tokens(
    world: World, issued: IssuedToken, scopes: list[str], active: int
) -> None:
    assert ask(world, issued)
    world.clients.update("ci-reader", ClientUpdate(scopes=scopes), ADMIN)
    assert (ask(world, issued) is not None) == bool(active)


def test_a_stronger_token_ends_when_the_client_is_left_with_less(world: World) -> None:
    world.worker.view.poll()
    client = world.clients.get("ci-reader")
    strong = world.worker.issuance.client_credentials(client, "WRITE", (), world.call())
    assert ask(world, strong)
    world.clients.update("ci-reader", ClientUpdate(scopes=["READ"]), ADMIN)
    assert ask(world, strong) is None


def test_a_grant_type_that_was_taken_from_the_client_is_gone_from_live_tokens(
    world: World, issued: IssuedToken
) -> None:
    world.clients.update("ci-reader", ClientUpdate(grant_types=()), ADMIN)
    assert ask(world, issued) is None
    world.clients.update("ci-reader", ClientUpdate(grant_types=("client_credentials",)), ADMIN)
    assert ask(world, issued) == issued.token


def test_a_site_that_was_taken_from_the_client_is_gone_from_live_tokens(
    world: World, issued: IssuedToken
) -> None:
    assert ask(world, issued)
    world.clients.update("ci-reader", ClientUpdate(scopes=[], resources=["wiki"]), ADMIN)
    assert ask(world, issued) is None


@pytest.mark.rule("AD-07")
def test_tokens_for_a_disabled_site_are_inactive_until_it_is_enabled(
    world: World, issued: IssuedToken
) -> None:
    assert ask(world, issued)
    world.resources.disable("jira-main", ADMIN)
    assert ask(world, issued) is None
    world.resources.enable("jira-main", ADMIN)
    world.clock.advance(LEASE_SECONDS)
    assert ask(world, issued)


def test_tokens_of_a_revoked_key_are_inactive(world: World, issued: IssuedToken) -> None:
    assert ask(world, issued)
    with world.database.writing() as stores:
        stores.keys.move(
            "es256-1", expected=KeyState.ACTIVE, to=KeyState.REVOKED, at=world.clock.now()
        )
        stores.authority.advance([Change(ChangeKind.KEY, "es256-1", 0.0)])
    world.clock.advance(LEASE_SECONDS)
    assert ask(world, issued) is None


def test_tokens_of_a_retiring_key_are_active(world: World, issued: IssuedToken) -> None:
    with world.database.writing() as stores:
        stores.keys.move(
            "es256-1", expected=KeyState.ACTIVE, to=KeyState.RETIRING, at=world.clock.now()
        )
        stores.authority.advance([Change(ChangeKind.KEY, "es256-1", 0.0)])
    world.clock.advance(LEASE_SECONDS)
    assert ask(world, issued)


def test_without_certainty_there_is_no_verdict(world: World, issued: IssuedToken) -> None:
    resource = world.resources.get("jira-main")
    assert ask(world, issued)
    world.clock.advance(LEASE_SECONDS)
    world.database.down = True
    with pytest.raises(StorageUnavailable):
        world.worker.introspection.active_token(issued.value, resource, world.call())
