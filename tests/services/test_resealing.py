"""A new key-encryption key: nothing is lost on the way, and what was done is on record."""

from __future__ import annotations

import pytest

from authserver.domain.errors import Conflict, StorageUnavailable
from authserver.domain.keys import KeyState
from authserver.services.hand_over_view import HandOverView
from authserver.services.resealing import Resealed, Resealing
from tests.services.collaborators import ListedKeyFiles, PlainResealer
from tests.services.readable_resealing import readable_resealing
from tests.services.world import ADMIN, World, details


@pytest.fixture
def key_files() -> ListedKeyFiles:
    return ListedKeyFiles()


@pytest.fixture
def resealing(world: World, key_files: ListedKeyFiles) -> Resealing:
    world.add_keys()
    return readable_resealing(world, key_files)


def sealed(world: World) -> dict[str, bytes]:
    return {kid: key.sealed_private for kid, key in world.database.state.keys.items()}


def test_every_private_key_is_sealed_under_the_newest_file(
    world: World, resealing: Resealing
) -> None:
    assert resealing.add_key_file(ADMIN) == "kek-2.key"
    assert resealing.key_files_in_use() == ["kek-1.key"]
    assert len(resealing.reseal(ADMIN).keys) == 2
    assert sealed(world) == {
        "es256-1": b"2:private part of es256-1",
        "rs256-2": b"2:private part of rs256-2",
    }
    assert resealing.key_files_in_use() == ["kek-2.key"]


def test_resealing_again_changes_nothing(world: World, resealing: Resealing) -> None:
    assert resealing.reseal(ADMIN) == Resealed([], [], [])
    resealing.add_key_file(ADMIN)
    resealing.reseal(ADMIN)
    before, records = world.database.state.keys, len(world.database.audit)
    assert resealing.reseal(ADMIN) == Resealed([], [], [])
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
    assert [key.kid for key in resealing.reseal(ADMIN).keys] == ["rs256-2"]
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


@pytest.fixture
def credential(world: World, resealing: Resealing) -> bytes:
    """The sealed credential of one site; others have none, or need none."""
    for name in ("jira-main", "wiki", "plain"):
        world.add_resource(name)
    world.hand_overs.set_plain("wiki", ADMIN, kind="identity-header")
    stored = world.hand_overs.set_credential(
        "jira-main", ADMIN, credential_type="bearer", secret="token", account="svc", user=""
    )
    world.database.audit.clear()
    assert resealing.key_files_in_use() == ["kek-1.key"]
    return stored.sealed


def only_keys_are_resealed(world: World, key_files: ListedKeyFiles) -> None:
    """As if the keys had rotated: only the credential needs the old file."""
    resealer = PlainResealer(key_files)
    with world.database.writing() as stores:
        for key in stores.keys.list():
            after = resealer.reseal(key)
            assert after is not None
            stores.keys.replace_sealed(
                key.kid, before=key.sealed_private, after=after.sealed_private
            )


def test_the_credentials_of_sites_are_sealed_anew_with_the_keys(
    world: World, resealing: Resealing, credential: bytes
) -> None:
    resealing.add_key_file(ADMIN)
    resealed = resealing.reseal(ADMIN)
    assert len(resealed.keys) == 2
    (after,) = resealed.credentials
    assert after == world.hand_overs.get("jira-main")
    assert after.sealed != credential
    assert resealing.key_files_in_use() == ["kek-2.key"]
    view = HandOverView(world.database, world.worker.view, world.sealer)
    opened = view.of("jira-main")
    assert opened is not None
    assert opened.authorization == "Bearer token"
    assert resealing.reseal(ADMIN) == Resealed([], [], [])


def test_a_file_that_only_a_credential_needs_is_in_use(
    world: World, resealing: Resealing, key_files: ListedKeyFiles, credential: bytes
) -> None:
    resealing.add_key_file(ADMIN)
    only_keys_are_resealed(world, key_files)
    assert resealing.key_files_in_use() == ["kek-1.key", "kek-2.key"]
    key_files.names.remove("kek-1.key")
    before = world.database.state
    with pytest.raises(Conflict, match=r"kek-1\.key is missing"):
        resealing.reseal(ADMIN)
    assert world.database.state is before
    assert resealing.key_files_in_use() == ["kek-1.key", "kek-2.key"]


def test_a_credential_that_does_not_open_stops_the_keys_too(
    world: World, resealing: Resealing, credential: bytes
) -> None:
    resealing.add_key_file(ADMIN)
    with world.database.writing() as stores:
        stores.hand_overs.replace_sealed("jira-main", before=credential, after=b"9|x|y|z")
    before = world.database.state
    with pytest.raises(Conflict, match=r"kek-9\.key is missing"):
        resealing.reseal(ADMIN)
    assert world.database.state is before


def test_a_credential_that_is_replaced_meanwhile_is_not_brought_back(
    world: World, resealing: Resealing, credential: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    resealing.add_key_file(ADMIN)
    before = world.database.state
    monkeypatch.setattr(
        "tests.memory_hand_overs.MemoryHandOvers.replace_sealed", lambda *_, **__: False
    )
    with pytest.raises(Conflict, match="of resource jira-main has just changed: repeat"):
        resealing.reseal(ADMIN)
    assert world.database.state is before


def test_sealing_a_credential_anew_is_on_record_and_no_news(
    world: World, resealing: Resealing, credential: bytes
) -> None:
    resealing.add_key_file(ADMIN)
    seq = world.database.state.seq
    resealing.reseal(ADMIN)
    assert world.database.state.seq == seq
    told = world.database.audit[-1]
    assert (told.action, told.object_id, told.resource, details(told)) == (
        "resource.credential_resealed",
        "jira-main",
        "jira-main",
        {"before": {"key_file": "kek-1.key"}, "after": {"key_file": "kek-2.key"}},
    )
