"""Writing through to the disk."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from authserver.storage import journal_files
from authserver.storage.journal import SYNC_SECONDS, FileJournal
from authserver.storage.journal_records import decode
from tests.audit_events import event
from tests.doubles import FakeEntropy

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 20.0
ENOUGH = 20_000


class Syncs:
    """Stands in for `os.fdatasync`; remembers sizes at the time of the call."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self.fails = False
        self.called = threading.Event()
        self._real = os.fdatasync
        monkeypatch.setattr(os, "fdatasync", self)

    def __call__(self, descriptor: int) -> None:
        self.sizes.append(os.fstat(descriptor).st_size)
        self.called.set()
        if self.fails:
            raise OSError(5, "Input/output error")
        self._real(descriptor)

    def wait(self) -> None:
        assert self.called.wait(PATIENCE)
        self.called.clear()


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> Syncs:
    return Syncs(monkeypatch)


def test_the_window_is_ten_milliseconds_with_the_call() -> None:
    assert SYNC_SECONDS <= 0.008


def test_a_record_is_written_through_soon_and_only_once(syncs: Syncs, tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, "node", FakeEntropy(), sync_seconds=0.001)
    for number in range(5):
        journal.append(event(number))
        syncs.wait()
        (path,) = journal_files.listed(tmp_path)
        assert syncs.sizes[-1] == path.stat().st_size
    calls = len(syncs.sizes)
    assert not syncs.called.wait(0.1), "nothing new, nothing to do"
    assert len(syncs.sizes) == calls
    journal.append(event(5))
    syncs.wait()
    journal.close()


def test_closing_writes_everything_through(syncs: Syncs, tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, "node", FakeEntropy(), sync_seconds=60)
    journal.append(event(1))
    journal.close()
    (path,) = journal_files.listed(tmp_path)
    assert syncs.sizes[-1] == path.stat().st_size


def test_a_rotated_journal_is_written_through_before_it_is_given_up(
    syncs: Syncs, tmp_path: Path
) -> None:
    journal = FileJournal(tmp_path, "node", FakeEntropy(), sync_seconds=0.001, rotate_bytes=100)
    journal.append(event(1))
    journal.append(event(2))
    journal.close()
    sizes = {path.stat().st_size for path in journal_files.listed(tmp_path)}
    assert sizes <= set(syncs.sizes)


def test_a_file_that_could_not_be_written_through_gets_no_more_records(
    syncs: Syncs, tmp_path: Path
) -> None:
    journal = FileJournal(tmp_path, "node", FakeEntropy(), sync_seconds=0.001)
    syncs.fails = True
    journal.append(event(1))
    syncs.wait()
    syncs.fails = False
    # The flag is set after the call has failed; whatever is written until then is the old file's.
    for number in range(2, ENOUGH):
        journal.append(event(number))
        if len(journal_files.listed(tmp_path)) == 2:
            break
    journal.close()
    lines = [path.read_bytes().splitlines() for path in journal_files.listed(tmp_path)]
    assert sorted(map(len, lines)) == sorted([1, number - 1])
    written = [decode(line)["details"]["number"] for each in lines for line in each]
    assert sorted(written) == list(range(1, number + 1)), "nothing is lost"


def test_a_file_that_was_removed_gets_no_more_records(syncs: Syncs, tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, "node", FakeEntropy(), sync_seconds=0.001)
    journal.append(event(1))
    (path,) = journal_files.listed(tmp_path)
    path.unlink()
    for number in range(2, ENOUGH):
        journal.append(event(number))
        if journal_files.listed(tmp_path):
            break
    (path,) = journal_files.listed(tmp_path)
    assert decode(path.read_bytes().splitlines()[0])["details"]["number"] == number
    journal.close()
