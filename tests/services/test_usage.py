"""Last uses: collected without a write per request, never lost to an outage."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.services.usage import LastUses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.services.world import World


@pytest.fixture
def uses() -> LastUses:
    return LastUses()


def secret_of(world: World, client_id: str = "ci-reader") -> str:
    return world.database.state.clients[client_id].secrets[0].secret_id


def last_use(world: World, client_id: str = "ci-reader") -> float | None:
    return world.database.state.clients[client_id].secrets[0].last_used_at


def test_uses_reach_the_database_with_the_next_flush(world: World, uses: LastUses) -> None:
    resource = world.add_resource()
    key = world.add_gateway().key.stored.secret_id
    world.add_client()
    credential = resource.introspection_secret.stored.secret_id
    uses.note_client_secret(secret_of(world), 100.0)
    uses.note_client_secret(secret_of(world), 101.0)
    uses.note_resource_credential(credential, 102.0)
    uses.note_gateway_key(key, 103.0)
    assert last_use(world) is None
    assert uses.flush(world.database) == 3
    assert last_use(world) == 101.0
    stored = world.database.state.resources["jira-main"].credentials
    assert {each.secret.secret_id: each.secret.last_used_at for each in stored}[credential] == 102.0
    assert world.database.state.gateways["edge"].keys[0].last_used_at == 103.0


def test_without_uses_a_flush_asks_the_database_nothing(world: World, uses: LastUses) -> None:
    assert uses.flush(world.database) == 0
    assert not world.database.calls


def test_a_flush_writes_only_what_was_used(world: World, uses: LastUses) -> None:
    resource = world.add_resource()
    key = world.add_gateway().key.stored.secret_id
    world.database.calls.clear()
    uses.note_resource_credential(resource.introspection_secret.stored.secret_id, 5.0)
    assert uses.flush(world.database) == 1
    assert world.database.calls["clients.note_use"] == 0
    assert world.database.calls["gateways.note_use"] == 0
    uses.note_gateway_key(key, 5.0)
    assert uses.flush(world.database) == 1
    assert world.database.calls["resources.note_use"] == 1
    assert uses.flush(world.database) == 0


def test_uses_outlive_an_outage(world: World, uses: LastUses) -> None:
    resource = world.add_resource()
    key = world.add_gateway().key.stored.secret_id
    world.add_client()
    uses.note_client_secret(secret_of(world), 100.0)
    uses.note_resource_credential(resource.introspection_secret.stored.secret_id, 100.0)
    uses.note_gateway_key(key, 100.0)
    world.database.down = True
    with pytest.raises(StorageUnavailable):
        uses.flush(world.database)
    world.database.down = False
    assert uses.flush(world.database) == 3
    assert last_use(world) == 100.0
    assert world.database.state.gateways["edge"].keys[0].last_used_at == 100.0


def test_a_use_during_an_outage_is_not_overwritten_by_an_older_one(
    world: World, uses: LastUses
) -> None:
    world.add_resource()
    world.add_client()
    uses.note_client_secret(secret_of(world), 100.0)

    def used_meanwhile(_self: object, _uses: Mapping[str, float]) -> None:
        uses.note_client_secret(secret_of(world), 200.0)
        raise StorageUnavailable("cut off")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.memory_clients.MemoryClients.note_use", used_meanwhile)
        with pytest.raises(StorageUnavailable):
            uses.flush(world.database)
    uses.flush(world.database)
    assert last_use(world) == 200.0


def test_many_threads_and_a_flushing_one_lose_nothing(world: World, uses: LastUses) -> None:
    world.add_resource()
    for number in range(4):
        world.add_client(f"client-{number}")
    secrets = [secret_of(world, f"client-{number}") for number in range(4)]
    done = threading.Event()

    def flush_again_and_again() -> None:
        while not done.is_set():
            uses.flush(world.database)

    def use(secret_id: str) -> None:
        for at in range(500):
            uses.note_client_secret(secret_id, float(at))

    flusher = threading.Thread(target=flush_again_and_again)
    users = [threading.Thread(target=use, args=(secret_id,)) for secret_id in secrets]
    for thread in (flusher, *users):
        thread.start()
    for thread in users:
        thread.join(timeout=10)
    done.set()
    flusher.join(timeout=10)
    uses.flush(world.database)
    assert [last_use(world, f"client-{number}") for number in range(4)] == [499.0] * 4


def test_a_gateways_key_is_noted_to_the_second_whatever_the_clock_does(
    world: World, uses: LastUses
) -> None:
    world.add_resource()
    key = world.add_gateway().key.stored.secret_id
    for at, noted in ((103.0, 103.0), (103.9, 103.0), (104.0, 104.0), (50.0, 50.0)):
        uses.note_gateway_key(key, at)
        assert uses._gateway_keys == {key: noted}
