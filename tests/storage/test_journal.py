"""The journal of one worker."""

from __future__ import annotations

import os
import threading
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest

from authserver.storage import journal_files
from authserver.storage.journal import FileJournal
from authserver.storage.journal_records import encode
from tests.audit_events import event
from tests.doubles import FakeEntropy
from tests.storage.journals import is_owned, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FileJournal]:
    journal = FileJournal(tmp_path / "journals", "node.example", FakeEntropy())
    yield journal
    journal.close()


def test_nothing_is_made_before_the_first_record(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journals", "node", FakeEntropy())
    assert journal.is_writable()
    journal.close()
    assert not (tmp_path / "journals").exists()


def test_a_record_is_in_the_file_when_append_returns(journal: FileJournal, tmp_path: Path) -> None:
    journal.append(event(1))
    journal.append_encoded(encode(event(2)))
    assert numbers(tmp_path / "journals") == [1, 2]


def test_a_journal_is_named_for_its_place_and_readable_by_its_owner_only(
    journal: FileJournal, tmp_path: Path
) -> None:
    journal.append(event(1))
    (path,) = journal_files.listed(tmp_path / "journals")
    assert path.name.startswith(f"node-example-{os.getpid()}-")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_journal_is_owned_until_it_is_closed(journal: FileJournal, tmp_path: Path) -> None:
    journal.append(event(1))
    (path,) = journal_files.listed(tmp_path / "journals")
    assert is_owned(path)
    journal.close()
    assert not is_owned(path)


def test_a_closed_journal_goes_on_in_a_new_file(journal: FileJournal, tmp_path: Path) -> None:
    journal.append(event(1))
    journal.close()
    journal.append(event(2))
    assert sorted(map(str, numbers(tmp_path / "journals"))) == ["1", "2"]
    assert len(journal_files.listed(tmp_path / "journals")) == 2


def test_a_grown_journal_is_left_to_the_mover(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, "node", FakeEntropy(), rotate_bytes=2000)
    for number in range(20):
        journal.append(event(number))
    paths = journal_files.listed(tmp_path)
    assert 4 <= len(paths) <= 10
    assert sorted(map(int, map(str, numbers(tmp_path)))) == list(range(20))
    journal.close()
    assert not any(is_owned(path) for path in paths)


def test_threads_share_a_journal(journal: FileJournal, tmp_path: Path) -> None:
    def work(first: int) -> None:
        for number in range(first, first + 500):
            journal.append(event(number))

    threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 4000, 500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, map(str, numbers(tmp_path / "journals")))) == list(range(4000))


def _append_in_child(journal: FileJournal, number: int) -> None:
    journal.append(event(number))
    journal.close()


def test_a_forked_child_has_a_file_of_its_own(journal: FileJournal, tmp_path: Path) -> None:
    journal.append(event(1))
    (parents,) = journal_files.listed(tmp_path / "journals")
    child = get_context("fork").Process(target=_append_in_child, args=(journal, 2))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert is_owned(parents), "the child's end does not give the parent's lock away"
    journal.append(event(3))
    assert len(journal_files.listed(tmp_path / "journals")) == 2
    assert sorted(map(str, numbers(tmp_path / "journals"))) == ["1", "2", "3"]


def test_a_living_child_does_not_hold_a_dead_parents_lock(
    journal: FileJournal, tmp_path: Path
) -> None:
    journal.append(event(1))
    (path,) = journal_files.listed(tmp_path / "journals")
    context = get_context("fork")
    started, finish = context.Event(), context.Event()

    def live() -> None:
        started.set()
        finish.wait()

    child = context.Process(target=live)
    child.start()
    started.wait()
    journal.close()
    assert not is_owned(path)
    finish.set()
    child.join()


@pytest.mark.parametrize("payload", [b"two\nlines", b"x" * 70_000])
def test_what_is_no_single_record_is_not_appended(journal: FileJournal, payload: bytes) -> None:
    with pytest.raises(ValueError, match="not the JSON of one audit record"):
        journal.append_encoded(payload)


def test_an_empty_file_taken_for_an_orphan_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = journal_files.lock
    taken: list[int] = []

    def robbed(descriptor: int) -> bool:
        if not taken:
            taken.append(descriptor)
            (path,) = journal_files.listed(tmp_path)
            path.unlink()
        return lock(descriptor)

    monkeypatch.setattr(journal_files, "lock", robbed)
    journal = FileJournal(tmp_path, "node", FakeEntropy())
    journal.append(event(1))
    journal.close()
    assert numbers(tmp_path) == [1]
