"""Revocation: answered only when nobody accepts the token any more, and telling nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit import ActorKind, Outcome
from authserver.domain.errors import StorageUnavailable
from authserver.domain.tokens import CLOCK_SKEW_SECONDS
from authserver.services.authority import PRUNE_SECONDS
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from tests.services.world import Worker, World

if TYPE_CHECKING:
    from authserver.domain.tokens import IssuedToken


@pytest.fixture
def world(world: World) -> World:
    world.add_keys()
    world.add_resource()
    world.add_client()
    world.add_client("other")
    world.worker.view.poll()
    return world


def issue(world: World, client_id: str = "ci-reader") -> IssuedToken:
    return world.worker.issuance.client_credentials(
        world.clients.get(client_id), "READ", (), world.call()
    )


def revoke(world: World, value: str, client_id: str = "ci-reader") -> bool:
    return world.worker.revocation.revoke_token(world.clients.get(client_id), value, world.call())


def sweep(world: World) -> None:
    """What storage does with denials that are over."""
    state = world.database.state
    over = [each.change for each in state.changes if each.change.expires_at <= world.clock.now()]
    state.denials_swept_until = max(change.expires_at for change in over)
    state.changes = [each for each in state.changes if each.change not in over]
    state.kept_from = state.seq + 1


def is_active(world: World, issued: IssuedToken, worker: Worker) -> bool:
    resource = world.resources.get("jira-main")
    return worker.introspection.active_token(issued.value, resource, world.call()) is not None


@pytest.mark.rule("RV-03")
def test_when_a_revocation_has_returned_no_worker_accepts_the_token(world: World) -> None:
    workers = [world.worker, Worker(world), Worker(world)]
    issued, spared = issue(world), issue(world)
    assert all(is_active(world, issued, worker) for worker in workers)
    assert revoke(world, issued.value)
    assert not any(is_active(world, issued, worker) for worker in workers)
    assert all(is_active(world, spared, worker) for worker in workers)


def test_a_revocation_waits_after_its_commit_until_every_lease_is_over(world: World) -> None:
    issued = issue(world)
    seen_while_waiting = []

    original = world.clock.sleep

    def sleep(seconds: float) -> None:
        seen_while_waiting.append((world.database.state.changes[-1].change.value, seconds))
        original(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.clock, "sleep", sleep)
        revoke(world, issued.value)
    assert seen_while_waiting[0][0] == issued.token.token_id
    assert sum(seconds for _, seconds in seen_while_waiting) == pytest.approx(REVOKER_WAIT_SECONDS)


@pytest.mark.rule("RV-01")
@pytest.mark.parametrize("case", ["unknown", "malformed", "foreign", "expired"])
def test_what_is_not_the_clients_live_token_is_left_alone_and_answered_alike(
    world: World, case: str
) -> None:
    foreign = issue(world, "other")
    value = {
        "unknown": foreign.value[:-1] + "x",
        "malformed": "\0 not a token \ud800",
        "foreign": foreign.value,
        "expired": issue(world).value,
    }[case]
    if case == "expired":
        world.clock.advance(600 + CLOCK_SKEW_SECONDS)
    writes, seq = world.database.calls["writing"], world.database.state.seq
    assert revoke(world, value) is False
    assert (world.database.calls["writing"], world.database.state.seq) == (writes, seq)
    if case != "expired":
        assert is_active(world, foreign, world.worker)


def test_a_token_that_another_node_may_still_accept_is_revoked(world: World) -> None:
    """This node's clock runs ahead: here the token is over, there it is not."""
    issued, behind = issue(world), Worker(world)
    world.clock.advance(600)
    assert revoke(world, issued.value)
    world.clock.set_now(issued.token.expires_at - 1)
    assert not is_active(world, issued, behind)


def test_a_revoked_token_stays_dead_where_the_clock_is_behind(world: World) -> None:
    """A worker prunes by a clock that is ahead of the one by which the next question is judged."""
    issued = issue(world)
    revoke(world, issued.value)
    world.clock.advance(600)
    world.clock.set_monotonic(world.clock.monotonic() + PRUNE_SECONDS)
    world.worker.view.poll()
    world.clock.set_now(issued.token.expires_at - 1)
    assert not is_active(world, issued, world.worker)


@pytest.mark.rule("RV-03")
@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_that_is_set_back_brings_no_revoked_token_back(
    world: World, *, swept: bool, restarted: bool
) -> None:
    issued = issue(world)
    revoke(world, issued.value)
    world.clock.advance(600 + CLOCK_SKEW_SECONDS)
    world.clock.set_monotonic(world.clock.monotonic() + PRUNE_SECONDS)
    world.worker.view.poll()
    if swept:
        sweep(world)
    worker = Worker(world) if restarted else world.worker
    worker.view.poll()
    world.clock.set_now(issued.token.issued_at + 10)
    assert not is_active(world, issued, worker)
    # The denial is not known here any more; one issued with a longer life could not be meant.
    assert issued.token.expires_at <= worker.view.horizon
    world.clock.set_now(issued.token.expires_at + CLOCK_SKEW_SECONDS)
    later = issue(world)
    assert is_active(world, later, worker)


def test_a_token_of_that_time_can_still_be_revoked_for_other_workers(world: World) -> None:
    """One worker has forgotten denials, for another the token is as good as ever."""
    first, second = issue(world), issue(world)
    other = Worker(world)
    other.view.poll()
    revoke(world, first.value)
    world.clock.advance(600 + CLOCK_SKEW_SECONDS)
    world.clock.set_monotonic(world.clock.monotonic() + PRUNE_SECONDS)
    world.worker.view.poll()
    world.clock.set_now(first.token.issued_at + 10)
    assert is_active(world, second, other)
    assert not is_active(world, second, world.worker)
    assert revoke(world, second.value)
    assert not is_active(world, second, other)


def test_revoking_twice_is_answered_twice(world: World) -> None:
    issued = issue(world)
    assert revoke(world, issued.value)
    assert revoke(world, issued.value)
    assert not is_active(world, issued, world.worker)


def test_what_is_known_to_be_revoked_is_not_revoked_again_but_waited_for(world: World) -> None:
    issued = issue(world)
    revoke(world, issued.value)
    world.worker.view.poll()
    writes, slept = world.database.calls["writing"], sum(world.clock.slept)
    assert not revoke(world, issued.value)
    assert world.database.calls["writing"] == writes
    assert sum(world.clock.slept) - slept == pytest.approx(REVOKER_WAIT_SECONDS)


def test_a_token_signed_by_a_key_that_this_worker_has_not_seen_is_revoked(world: World) -> None:
    issuer, unaware = world.worker, Worker(world)
    unaware.view.poll()
    unaware.keys.load()
    world.add_keys()
    issuer.view.poll()
    issued = issue(world)
    world.worker = unaware
    assert revoke(world, issued.value)
    assert not any(is_active(world, issued, worker) for worker in (issuer, unaware))


@pytest.mark.rule("RV-04")
@pytest.mark.parametrize("broken", ["writing", "authority.advance", "audit.add", "commit"])
def test_a_revocation_that_was_not_stored_is_not_answered(world: World, broken: str) -> None:
    issued = issue(world)
    world.database.failing.add(broken)
    with pytest.raises(StorageUnavailable):
        revoke(world, issued.value)
    world.database.failing.clear()
    assert is_active(world, issued, Worker(world))
    assert "token.revoked" not in [event.action for event in world.database.audit]


def test_a_revocation_is_on_record(world: World) -> None:
    issued = issue(world)
    revoke(world, issued.value)
    event = world.database.audit[-1]
    assert (event.action, event.outcome) == ("token.revoked", Outcome.SUCCESS)
    assert (event.actor.kind, event.actor.identifier) == (ActorKind.CLIENT, "ci-reader")
    assert event.token_id == event.object_id == issued.token.token_id
    assert (event.resource, event.request_id) == ("https://jira-main.example.com", "r-7")
    assert issued.value not in repr(event)
