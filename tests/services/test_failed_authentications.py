"""The beginning of a block is on record, once, with the failure that led to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit import ActorKind, Outcome
from authserver.domain.errors import InvalidClient, StorageUnavailable, Throttled
from tests.services.world import LIMITS, Worker, World, basic

if TYPE_CHECKING:
    from authserver.domain.audit import AuditEvent


@pytest.fixture
def world(world: World) -> World:
    world.add_resource("jira")
    world.add_client("ci-reader", resources=["jira"])
    world.database.audit.clear()
    return world


def blocks(world: World) -> list[AuditEvent]:
    return [event for event in world.database.audit if event.action.endswith(".throttled")]


def ask_as_resource(world: World, name: str) -> None:
    with pytest.raises(InvalidClient):
        world.worker.resource_authentication.authenticate(basic(name, "guess"), world.call())


@pytest.mark.rule("AU-03")
def test_the_block_of_a_client_is_recorded_when_it_begins(world: World) -> None:
    for _ in range(LIMITS.per_caller):
        assert not blocks(world)
        world.refusal(basic("ci-reader", "guess"))
    (event,) = blocks(world)
    assert event.action == "client.throttled"
    assert event.outcome is Outcome.REFUSED
    assert event.actor.kind is ActorKind.ANONYMOUS
    assert (event.object_kind, event.object_id) == ("client", "ci-reader")
    assert (event.request_id, event.peer) == ("r-7", "198.51.100.7")
    end = world.clock.now() - world.clock.now() % LIMITS.window_seconds + LIMITS.window_seconds
    assert event.details == {"network": "198.51.100.7/32", "until": end}
    assert world.database.audit[-2].action == "client.authentication_failed"


@pytest.mark.rule("AU-03")
def test_the_block_of_a_site_is_recorded_when_it_begins(world: World) -> None:
    for _ in range(LIMITS.per_caller):
        ask_as_resource(world, "jira")
    (event,) = blocks(world)
    assert (event.action, event.object_kind, event.object_id) == (
        "resource.throttled",
        "resource",
        "jira",
    )


@pytest.mark.rule("AU-03")
def test_the_block_of_a_network_is_recorded_when_it_begins(world: World) -> None:
    world.block_network()
    (event,) = blocks(world)
    assert (event.action, event.object_kind) == ("network.throttled", "network")
    assert event.object_id == "198.51.100.7/32"
    assert event.peer == "198.51.100.7"


def test_what_was_sent_as_a_name_is_not_recorded_with_a_block(world: World) -> None:
    for _ in range(LIMITS.per_caller):
        world.refusal(basic("canary-secret", "x"))
    (event,) = blocks(world)
    assert event.object_id == ""
    assert "canary-secret" not in repr(world.database.audit)


def test_a_block_is_recorded_once_for_all_workers_and_once_for_each_window(world: World) -> None:
    for window in (1, 2):
        workers = [Worker(world) for _ in range(LIMITS.per_caller + 2)]
        for world.worker in workers:
            world.refusal(basic("ci-reader", "guess"))
        for world.worker in workers[LIMITS.per_caller - 1 :]:
            with pytest.raises(Throttled):
                world.authenticate(basic("ci-reader", "guess"))
        assert len(blocks(world)) == window
        world.clock.advance(LIMITS.window_seconds)


@pytest.mark.rule("AU-05")
def test_a_block_that_cannot_be_recorded_has_not_begun(world: World) -> None:
    for _ in range(LIMITS.per_caller - 1):
        world.refusal(basic("ci-reader", "guess"))
    world.database.failing.add("audit.add")
    with pytest.raises(StorageUnavailable):
        world.authenticate(basic("ci-reader", "guess"))
    world.database.failing.clear()
    assert not blocks(world)
    world.refusal(basic("ci-reader", "guess"))
    assert len(blocks(world)) == 1
