"""Client authentication: who gets in, who does not, and that refusals tell nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from authserver.domain.audit import ActorKind, AuditEvent, Outcome
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials
from authserver.domain.errors import StorageUnavailable
from authserver.services.authority import LEASE_SECONDS
from authserver.services.secret_checks import STAND_IN_HASH
from tests.services.collaborators import IMPORTED, hash_of
from tests.services.world import ADMIN, Worker, World, basic, post


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    return world


def failures(world: World) -> list[AuditEvent]:
    return [event for event in world.database.audit if "failed" in event.action]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_the_right_secret_by_the_registered_method_lets_in(world: World, method: str) -> None:
    created = world.add_client(auth_method=method)
    assert created.secret is not None
    presented = PresentedCredentials(
        ClientAuthMethod(method), "ci-reader", secret=created.secret.value
    )
    assert world.authenticate(presented).client_id == "ci-reader"
    assert failures(world) == []


@pytest.mark.rule("CA-02")
def test_the_right_secret_by_another_method_is_refused(world: World, secret: str) -> None:
    assert world.refusal(post("ci-reader", secret)).detail == "registered for client_secret_basic"


@pytest.mark.rule("CA-01")
def test_a_client_id_alone_proves_nothing(world: World, secret: str) -> None:
    refused = world.refusal(PresentedCredentials(ClientAuthMethod.NONE, "ci-reader"))
    assert refused.detail == "the client did not authenticate"
    assert len(failures(world)) == 1


@pytest.mark.parametrize("wrong", ["", "wrong", "\0", "ü", "\ud800", "x" * 10_000])
def test_a_wrong_secret_is_refused(world: World, secret: str, wrong: str) -> None:
    world.refusal(basic("ci-reader", wrong))


def test_the_secret_of_another_client_is_refused(world: World, secret: str) -> None:
    world.add_client("other")
    world.refusal(basic("other", secret))


def test_the_credential_of_a_resource_is_no_clients(world: World) -> None:
    resource = world.add_resource("shared-name")
    world.add_client("shared-name")
    world.refusal(basic("shared-name", resource.introspection_secret.value))


@pytest.mark.parametrize("imports", [0, 1])
@pytest.mark.rule("CA-03")
def test_an_unknown_client_and_a_wrong_secret_cost_and_look_the_same(
    world: World, secret: str, imports: int
) -> None:
    if imports:
        world.add_client("brought", bcrypt_hash=hash_of(IMPORTED).decode())
    seen: dict[str, tuple[str, str, Counter[str], int, int, list[bytes]]] = {}
    for client_id in ("ci-reader", "nobody-knows"):
        world.worker = Worker(world)
        world.worker.view.poll()
        world.database.calls.clear()
        world.digester.calls.clear()
        world.passwords.compared.clear()
        refused = world.refusal(basic(client_id, "wrong"))
        seen[client_id] = (
            refused.error,
            refused.description,
            Counter(world.database.calls),
            len(world.digester.calls),
            len({call[1:] for call in world.digester.calls}),
            list(world.passwords.compared),
        )
    assert seen["ci-reader"] == seen["nobody-knows"]
    assert seen["ci-reader"][5] == [STAND_IN_HASH] * imports
    assert seen["ci-reader"][2]["reading"] == 2


@pytest.mark.parametrize("state", ["disabled", "deleted", "expired", "another method"])
def test_every_cause_of_a_refusal_looks_the_same_outside(
    world: World, secret: str, state: str
) -> None:
    if state == "disabled":
        world.clients.disable("ci-reader", ADMIN)
    if state == "deleted":
        world.clients.delete("ci-reader", ADMIN)
    if state == "expired":
        world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=0)
    presented = post("ci-reader", secret) if state == "another method" else None
    refused = world.refusal(presented or basic("ci-reader", secret))
    stranger = world.refusal(basic("nobody-knows", secret))
    assert (refused.error, refused.description) == (stranger.error, stranger.description)


@pytest.mark.rule("AD-07")
def test_a_disabled_client_gets_in_again_only_when_enabled(world: World, secret: str) -> None:
    world.authenticate(basic("ci-reader", secret))
    world.clients.disable("ci-reader", ADMIN)
    world.refusal(basic("ci-reader", secret))
    world.clients.enable("ci-reader", ADMIN)
    world.worker.view.poll()
    assert world.authenticate(basic("ci-reader", secret)).is_enabled


def test_a_deleted_client_stays_out(world: World, secret: str) -> None:
    world.clients.delete("ci-reader", ADMIN)
    world.refusal(basic("ci-reader", secret))


@pytest.mark.rule("CA-06")
def test_after_a_rotation_both_secrets_count_until_the_overlap_ends(
    world: World, secret: str
) -> None:
    fresh = world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=3600)
    world.clock.advance(3599)
    for value in (secret, fresh.value):
        world.authenticate(basic("ci-reader", value))
    world.clock.advance(3600)
    world.refusal(basic("ci-reader", secret))
    world.authenticate(basic("ci-reader", fresh.value))


@pytest.mark.rule("CA-06")
def test_an_expired_secret_is_refused_though_it_is_remembered(world: World) -> None:
    created = world.add_client(secret_expires_in=60.0).secret
    assert created is not None
    world.authenticate(basic("ci-reader", created.value))
    world.clock.advance(60)
    world.refusal(basic("ci-reader", created.value))


def test_a_secret_made_a_moment_ago_on_another_node_is_good(world: World, secret: str) -> None:
    world.authenticate(basic("ci-reader", secret))
    seen, now = world.worker.view.seq, world.clock.monotonic()
    fresh = world.clients.rotate_secret("ci-reader", ADMIN)
    world.clock.set_monotonic(now)
    world.authenticate(basic("ci-reader", fresh.value))
    assert world.worker.view.seq == seen


def test_a_known_secret_costs_the_database_nothing(world: World, secret: str) -> None:
    world.authenticate(basic("ci-reader", secret))
    world.database.calls.clear()
    world.authenticate(basic("ci-reader", secret))
    assert not world.database.calls


def test_a_use_of_a_secret_is_noted(world: World, secret: str) -> None:
    world.clock.advance(5)
    world.authenticate(basic("ci-reader", secret))
    world.refusal(basic("ci-reader", "wrong"))
    world.worker.uses.flush(world.database)
    stored = world.database.state.clients["ci-reader"].secrets[0]
    assert stored.last_used_at == world.clock.now()


def test_a_refusal_is_on_record_with_its_cause(world: World, secret: str) -> None:
    world.refusal(basic("ci-reader", "canary-secret"))
    (event,) = failures(world)
    assert event.action == "client.authentication_failed"
    assert event.outcome is Outcome.REFUSED
    assert event.actor.kind is ActorKind.ANONYMOUS
    assert (event.object_kind, event.object_id) == ("client", "ci-reader")
    assert (event.reason, event.request_id) == ("no live secret matches", "r-7")
    assert "canary-secret" not in repr(event)


@pytest.mark.rule("AU-03")
def test_a_client_that_does_not_authenticate_is_named_though_nobody_remembers_it(
    world: World, secret: str
) -> None:
    for client_id, recorded in (("ci-reader", "ci-reader"), ("nobody-knows", "")):
        world.refusal(PresentedCredentials(ClientAuthMethod.NONE, client_id))
        assert failures(world)[-1].object_id == recorded


@pytest.mark.rule("CA-03")
def test_a_client_id_alone_costs_the_database_the_same_whether_it_exists_or_not(
    world: World, secret: str
) -> None:
    world.authenticate(basic("ci-reader", secret))
    seen = []
    for client_id in ("ci-reader", "nobody-knows"):
        world.database.calls.clear()
        world.refusal(PresentedCredentials(ClientAuthMethod.NONE, client_id))
        seen.append(Counter(world.database.calls))
    assert seen[0] == seen[1]


def test_what_is_no_client_id_is_not_recorded_for_it_may_be_a_secret(
    world: World, secret: str
) -> None:
    world.refusal(basic(secret, "ci-reader"))
    (event,) = failures(world)
    assert (event.object_id, event.reason) == ("", "no such client")
    assert secret not in repr(event)


@pytest.mark.rule("AU-05")
def test_a_failure_that_cannot_be_recorded_is_not_answered(world: World, secret: str) -> None:
    world.database.failing.add("audit.add")
    with pytest.raises(StorageUnavailable):
        world.authenticate(basic("ci-reader", "wrong"))
    assert not world.database.state.failures


def test_without_a_lease_nobody_gets_in(world: World, secret: str) -> None:
    world.authenticate(basic("ci-reader", secret))
    world.clock.advance(LEASE_SECONDS)
    world.database.down = True
    with pytest.raises(StorageUnavailable):
        world.authenticate(basic("ci-reader", secret))
