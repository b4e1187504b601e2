"""Authentication of the Jira side: the right site, with its introspection credential."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from authserver.domain.clients import ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials
from authserver.domain.errors import InvalidClient, StorageUnavailable, Throttled
from authserver.services.authority import LEASE_SECONDS
from tests.services.world import ADMIN, LIMITS, Worker, World, basic, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.resources import ProtectedResource
    from authserver.services.resources import RegisteredResource


@pytest.fixture
def jira(world: World) -> RegisteredResource:
    return world.add_resource()


def authenticate(
    world: World, presented: PresentedCredentials, peer: str = "198.51.100.7"
) -> ProtectedResource:
    return world.worker.resource_authentication.authenticate(presented, world.call(peer))


def refusal(world: World, presented: PresentedCredentials) -> InvalidClient:
    with pytest.raises(InvalidClient) as refused:
        authenticate(world, presented)
    return refused.value


@pytest.mark.parametrize("present", [basic, post])
def test_the_site_gets_in_with_its_introspection_secret(
    world: World, jira: RegisteredResource, present: Callable[[str, str], PresentedCredentials]
) -> None:
    presented = present("jira-main", jira.introspection_secret.value)
    assert authenticate(world, presented).name == "jira-main"
    world.database.calls.clear()
    authenticate(world, presented)
    assert not world.database.calls


@pytest.mark.rule("IN-01")
@pytest.mark.parametrize("secret", ["", "wrong", "\0", "\ud800", "x" * 10_000])
def test_a_wrong_secret_is_refused(world: World, jira: RegisteredResource, secret: str) -> None:
    refusal(world, basic("jira-main", secret))


@pytest.mark.rule("IN-01")
def test_neither_a_gateway_key_nor_a_client_secret_nor_another_sites_secret_gets_in(
    world: World, jira: RegisteredResource
) -> None:
    other = world.add_resource("other")
    gateway = world.add_gateway("jira-main")
    client = world.add_client("jira-main").secret
    assert client is not None
    for secret in (gateway.key, other.introspection_secret, client):
        refusal(world, basic("jira-main", secret.value))


@pytest.mark.parametrize("method", [ClientAuthMethod.NONE, ClientAuthMethod.PRIVATE_KEY_JWT])
def test_only_secrets_authenticate_a_site(
    world: World, jira: RegisteredResource, method: ClientAuthMethod
) -> None:
    secret = jira.introspection_secret.value
    refusal(world, PresentedCredentials(method, "jira-main", secret=secret))


@pytest.mark.rule("CA-03")
def test_an_unknown_site_and_a_wrong_secret_cost_and_look_the_same(
    world: World, jira: RegisteredResource
) -> None:
    seen = {}
    for name in ("jira-main", "nobody-knows"):
        world.worker = Worker(world)
        world.worker.view.poll()
        world.database.calls.clear()
        world.digester.calls.clear()
        refused = refusal(world, basic(name, "wrong"))
        seen[name] = (
            refused.error,
            refused.description,
            Counter(world.database.calls),
            len(world.digester.calls),
        )
    assert seen["jira-main"] == seen["nobody-knows"]
    assert not world.passwords.compared


@pytest.mark.parametrize("end", ["disable", "delete"])
def test_a_site_that_is_disabled_or_deleted_stays_out(
    world: World, jira: RegisteredResource, end: str
) -> None:
    presented = basic("jira-main", jira.introspection_secret.value)
    authenticate(world, presented)
    getattr(world.resources, end)("jira-main", ADMIN)
    assert refusal(world, presented).description == "client authentication failed"


@pytest.mark.rule("CA-06")
def test_after_a_rotation_both_secrets_count_until_the_overlap_ends(
    world: World, jira: RegisteredResource
) -> None:
    old = basic("jira-main", jira.introspection_secret.value)
    authenticate(world, old)
    seen, now = world.worker.view.seq, world.clock.monotonic()
    fresh = world.resources.rotate_credential(
        "jira-main", "introspection", ADMIN, overlap_seconds=3600
    )
    world.clock.set_monotonic(now)
    authenticate(world, basic("jira-main", fresh.value))
    assert world.worker.view.seq == seen
    authenticate(world, old)
    world.clock.advance(3600)
    refusal(world, old)
    authenticate(world, basic("jira-main", fresh.value))


def test_a_use_is_noted(world: World, jira: RegisteredResource) -> None:
    authenticate(world, basic("jira-main", jira.introspection_secret.value))
    refusal(world, basic("jira-main", "wrong"))
    assert world.worker.uses.flush(world.database) == 1


def test_a_refusal_is_on_record_and_names_only_sites_that_exist(
    world: World, jira: RegisteredResource
) -> None:
    world.database.audit.clear()
    refusal(world, basic("jira-main", "canary-secret"))
    refusal(world, basic(jira.introspection_secret.value, "jira-main"))
    known, unknown = world.database.audit
    assert known.action == unknown.action == "resource.authentication_failed"
    assert (known.object_id, unknown.object_id) == ("jira-main", "")
    assert (known.request_id, known.peer) == ("r-7", "198.51.100.7")
    assert "canary-secret" not in repr(known)
    assert jira.introspection_secret.value not in repr(unknown)


@pytest.mark.rule("IN-08")
def test_the_noisy_source_gets_429_and_the_genuine_site_gets_in(
    world: World, jira: RegisteredResource
) -> None:
    genuine = basic("jira-main", jira.introspection_secret.value)
    for _ in range(LIMITS.per_caller):
        refusal(world, basic("jira-main", "guess"))
    with pytest.raises(Throttled):
        authenticate(world, genuine)
    authenticate(world, genuine, peer="203.0.113.9")


@pytest.mark.rule("IN-08")
def test_in_a_blocked_network_the_right_credential_passes_and_no_other(
    world: World, jira: RegisteredResource
) -> None:
    world.block_network()
    writes = world.database.calls["writing"]
    for name in ("jira-main", "nobody-knows"):
        with pytest.raises(Throttled):
            authenticate(world, basic(name, "guess"))
    assert world.database.calls["writing"] == writes
    authenticate(world, basic("jira-main", jira.introspection_secret.value))


def test_without_a_lease_no_site_gets_in(world: World, jira: RegisteredResource) -> None:
    genuine = basic("jira-main", jira.introspection_secret.value)
    authenticate(world, genuine)
    world.clock.advance(LEASE_SECONDS)
    world.database.down = True
    with pytest.raises(StorageUnavailable):
        authenticate(world, genuine)
