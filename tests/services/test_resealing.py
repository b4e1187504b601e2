"""A new key-encryption key: nothing is lost on the way, and what was done is on record."""

from __future__ import annotations

import pytest

from authserver.domain.errors import Conflict, StorageUnavailable
from authserver.domain.keys import KeyState
from authserver.services.resealing import Resealing
from tests.services.collaborators import ListedKeyFiles, PlainResealer
from tests.services.world import ADMIN, World, details


@pytest.fixture
def key_files() -> ListedKeyFiles:
    return ListedKeyFiles()


@pytest.fixture
def resealing(world: World, key_files: ListedKeyFiles) -> Resealing:
    world.add_keys()
    return Resealing(
        administration=world.administration,
        resealer=PlainResealer(key_files),
        key_files=key_files,
    )


def sealed(world: World) -> dict[str, bytes]:
    return {kid: key.sealed_private for kid, key in world.database.state.keys.items()}


def test_every_private_key_is_sealed_under_the_newest_file(
    world: World, resealing: Resealing
) -> None:
    assert resealing.add_key_file(ADMIN) == "kek-2.key"
    assert resealing.key_files_in_use() == ["kek-1.key"]
    assert len(resealing.reseal(ADMIN)) == 2
    assert sealed(world) == {
        "es256-1": b"2:private part of es256-1",
        "rs256-2": b"2:private part of rs256-2",
    }
    assert resealing.key_files_in_use() == ["kek-2.key"]


def test_resealing_again_changes_nothing(world: World, resealing: Resealing) -> None:
    assert resealing.reseal(ADMIN) == []
    resealing.add_key_file(ADMIN)
    resealing.reseal(ADMIN)
    before, records = world.database.state.keys, len(world.database.audit)
    assert resealing.reseal(ADMIN) == []
    assert world.database.state.keys == before
    assert len(world.database.audit) == records


def test_resealing_is_no_news_for_the_workers(world: World, resealing: Resealing) -> None:
    """They have the keys open; some of them may not have the new file yet."""
    resealing.add_key_file(ADMIN)
    seq = world.database.state.seq
    resealing.reseal(ADMIN)
    assert world.database.state.seq == seq
    assert world.clock.slept == []


@pytest.mark.parametrize("end", [KeyState.GONE, KeyState.REVOKED])
def test_a_key_that_has_ended_stays_without_its_private_part(
    world: World, resealing: Resealing, end: KeyState
) -> None:
    with world.database.writing() as stores:
        stores.keys.move("es256-1", expected=KeyState.ACTIVE, to=end, at=world.clock.now())
    resealing.add_key_file(ADMIN)
    assert [key.kid for key in resealing.reseal(ADMIN)] == ["rs256-2"]
    assert sealed(world)["es256-1"] == b""
    assert resealing.key_files_in_use() == ["kek-2.key"]


def test_both_acts_are_on_record(world: World, resealing: Resealing) -> None:
    resealing.add_key_file(ADMIN)
    resealing.reseal(ADMIN)
    told = [(event.action, event.object_id, details(event)) for event in world.database.audit]
    change = {"before": {"key_file": "kek-1.key"}, "after": {"key_file": "kek-2.key"}}
    assert told == [
        ("key_file.made", "kek-2.key", {}),
        ("key.resealed", "es256-1", change),
        ("key.resealed", "rs256-2", change),
    ]
    assert {event.actor for event in world.database.audit} == {ADMIN.actor}


def test_one_key_that_does_not_open_stops_all(
    world: World, resealing: Resealing, key_files: ListedKeyFiles
) -> None:
    resealing.add_key_file(ADMIN)
    with world.database.writing() as stores:
        assert stores.keys.replace_sealed("rs256-2", before=sealed(world)["rs256-2"], after=b"9:")
    before = world.database.state
    with pytest.raises(Conflict, match=r"kek-9\.key is missing"):
        resealing.reseal(ADMIN)
    assert world.database.state is before


def test_a_key_that_ends_meanwhile_does_not_get_its_private_part_back(
    world: World, resealing: Resealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    resealing.add_key_file(ADMIN)
    before = world.database.state
    monkeypatch.setattr("tests.memory_stores.MemoryKeys.replace_sealed", lambda *_, **__: False)
    with pytest.raises(Conflict, match="repeat the command"):
        resealing.reseal(ADMIN)
    assert world.database.state is before


def test_while_the_database_does_not_answer_no_file_is_made(
    world: World, resealing: Resealing, key_files: ListedKeyFiles
) -> None:
    world.database.failing.add("keys.list")
    with pytest.raises(StorageUnavailable):
        resealing.add_key_file(ADMIN)
    assert key_files.names == ["kek-1.key"]
