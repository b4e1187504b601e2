"""What a worker remembers of clients, resources and keys, and when it stops believing it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.keys import KeyState
from authserver.domain.resources import ResourceStatus
from authserver.services import remembering
from authserver.services.authority import LEASE_SECONDS
from authserver.services.directory import Keys
from authserver.services.remembering import Remembered
from tests.services.collaborators import PlainKeyring
from tests.services.world import ADMIN, Worker, World

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.domain.keys import SigningKey


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    world.add_client()
    world.add_keys()
    world.worker.view.poll()
    return world


def test_a_client_is_read_once_and_then_remembered(world: World) -> None:
    clients = world.worker.directory.clients
    assert clients.known("ci-reader") is None
    first = clients.get("ci-reader")
    world.database.calls.clear()
    assert clients.get("ci-reader") is first is clients.known("ci-reader")
    assert not world.database.calls


def test_names_that_nobody_has_are_not_remembered(world: World) -> None:
    clients = world.worker.directory.clients
    for number in range(10):
        assert clients.get(f"stranger-{number}") is None
    world.add_client("stranger-3")
    assert clients.get("stranger-3") is not None


def test_names_that_nobody_has_push_nobody_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering, "MOST_REMEMBERED", 1)
    clients = world.worker.directory.clients
    client = clients.get("ci-reader")
    for number in range(3):
        assert clients.get(f"stranger-{number}") is None
    assert clients.known("ci-reader") is client


def test_a_changed_client_is_read_anew_and_the_others_are_not(world: World) -> None:
    world.add_client("other")
    worker = world.worker
    worker.view.poll()
    other = worker.directory.clients.get("other")
    worker.directory.clients.get("ci-reader")
    world.clients.disable("ci-reader", ADMIN)
    worker.view.poll()
    assert worker.directory.clients.known("other") is other
    assert worker.directory.clients.known("ci-reader") is None
    client = worker.directory.clients.get("ci-reader")
    assert client is not None
    assert not client.is_enabled


def test_a_changed_resource_is_read_anew(world: World) -> None:
    resources = world.worker.directory.resources
    assert resources.get("jira-main") is not None
    world.resources.disable("jira-main", ADMIN)
    world.worker.view.poll()
    resource = resources.get("jira-main")
    assert resource is not None
    assert resource.status is ResourceStatus.DISABLED


def test_a_change_of_something_else_leaves_memory_alone(world: World) -> None:
    world.add_client("jira-main")
    world.worker.view.poll()
    clients, ring = world.worker.directory.clients, world.worker.keys.ring
    client = clients.get("jira-main")
    world.resources.disable("jira-main", ADMIN)
    world.worker.view.poll()
    assert clients.known("jira-main") is client
    assert world.worker.keys.ring is ring


def test_when_the_sequence_is_lost_everything_is_forgotten(world: World) -> None:
    known = world.worker.directory
    known.clients.get("ci-reader")
    known.resources.get("jira-main")
    world.database.state.seq = 0
    world.worker.view.poll()
    assert known.clients.known("ci-reader") is None
    assert known.resources.known("jira-main") is None


def test_what_was_read_before_a_change_is_not_remembered_after_it(world: World) -> None:
    """The reader holds an old snapshot while the change is committed and applied."""

    def disabled_and_applied() -> None:
        world.clients.disable("ci-reader", ADMIN)
        world.worker.view.poll()

    clients = world.worker.directory.clients
    world.database.while_reading = disabled_and_applied
    old = clients.read("ci-reader")
    assert old is not None
    assert old.is_enabled
    assert clients.known("ci-reader") is None
    new = clients.get("ci-reader")
    assert new is not None
    assert not new.is_enabled


def test_what_was_read_before_everything_was_forgotten_is_not_remembered(world: World) -> None:
    def restored() -> None:
        world.database.state.seq = 0
        world.worker.view.poll()

    clients = world.worker.directory.clients
    world.database.while_reading = restored
    assert clients.read("ci-reader") is not None
    assert clients.known("ci-reader") is None


def test_memory_is_bounded_and_the_oldest_goes_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering, "MOST_REMEMBERED", 2)
    remembered: Remembered[str, str] = Remembered(
        world.database, world.worker.view, ChangeKind.CLIENT, lambda _stores, name: name.upper()
    )
    for name in ("one", "two", "three"):
        remembered.get(name)
    assert [remembered.known(name) for name in ("one", "two", "three")] == [None, "TWO", "THREE"]


def test_reading_again_what_is_remembered_pushes_nobody_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering, "MOST_REMEMBERED", 2)
    remembered: Remembered[str, str] = Remembered(
        world.database, world.worker.view, ChangeKind.CLIENT, lambda _stores, name: name.upper()
    )
    for name in ("one", "two", "two"):
        remembered.read(name)
    assert remembered.known("one") == "ONE"


def test_the_keyring_follows_a_key_before_the_lease_is_renewed(world: World) -> None:
    worker = world.worker
    before = worker.keys.ring
    world.add_keys()
    assert worker.keys.ring is before
    world.clock.advance(LEASE_SECONDS)
    worker.view.ensure_fresh()
    assert worker.keys.ring.jwks() != before.jwks()


def test_a_failing_reload_of_keys_does_not_renew_the_lease(world: World) -> None:
    worker = world.worker
    world.add_keys()
    world.clock.advance(LEASE_SECONDS)
    world.database.failing.add("keys.list")
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            worker.view.ensure_fresh()
    world.database.failing.clear()
    worker.view.ensure_fresh()
    assert worker.view.seq == world.database.state.seq


def test_the_old_keyring_stays_when_the_keys_cannot_be_read(world: World) -> None:
    worker = world.worker
    before = worker.keys.ring
    world.database.failing.add("keys.list")
    with pytest.raises(StorageUnavailable):
        worker.keys.load()
    assert worker.keys.ring is before


def test_the_keyring_is_there_before_the_first_poll(world: World) -> None:
    worker = Worker(world)
    assert worker.keys.ring.jwks() == world.worker.keys.ring.jwks()


def test_without_a_database_a_new_worker_has_no_keyring(world: World) -> None:
    world.database.down = True
    with pytest.raises(StorageUnavailable):
        _ = Worker(world).keys.ring


def test_keys_that_were_read_first_are_not_kept_last(world: World) -> None:
    """A slow first read (the JWKS endpoint) meets a poll that applies an emergency revocation."""
    reading, revoked = threading.Event(), threading.Event()

    def build(keys: Sequence[SigningKey]) -> PlainKeyring:
        if threading.current_thread() is slow:
            reading.set()
            # The poll has to wait for this one; without that it would be over by now.
            revoked.wait(timeout=0.2)
        return PlainKeyring(keys, world.signed)

    view = world.worker.view
    keys = Keys(world.database, view, build)
    slow = threading.Thread(target=keys.load)
    slow.start()
    assert reading.wait(timeout=10)
    with world.database.writing() as stores:
        stores.keys.move(
            "es256-1", expected=KeyState.ACTIVE, to=KeyState.REVOKED, at=world.clock.now()
        )
    keys.load()
    revoked.set()
    slow.join(timeout=10)
    assert b"es256-1" not in keys.ring.jwks()


def test_who_waits_for_the_keys_has_stepped_aside_before(world: World) -> None:
    aside: list[str] = []
    stepped = threading.Event()

    @contextmanager
    def step_aside() -> Iterator[None]:
        aside.append(threading.current_thread().name)
        stepped.set()
        yield

    keys = Keys(
        world.database, world.worker.view, lambda keys: PlainKeyring(keys, world.signed), step_aside
    )
    with keys._lock:  # somebody else is at it
        waiting = threading.Thread(target=keys.load, name="waiting")
        waiting.start()
        assert stepped.wait(timeout=10)
    waiting.join(timeout=10)
    assert aside == ["waiting"]
