"""The journal of one worker when it cannot be written."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.storage import journal_files
from authserver.storage.journal import FileJournal
from authserver.storage.journal_records import decode
from tests.audit_events import event
from tests.doubles import FakeEntropy
from tests.not_run import not_run
from tests.storage.journals import is_owned, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FileJournal]:
    journal = FileJournal(tmp_path / "journals", "node.example", FakeEntropy())
    yield journal
    journal.close()


class Disk:
    """A disk that fails on command: stands in for `os.write` and `os.ftruncate`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room: int | None = None
        self.can_cut = True
        self._write, self._ftruncate = os.write, os.ftruncate
        monkeypatch.setattr(os, "write", self.write)
        monkeypatch.setattr(os, "ftruncate", self.ftruncate)

    def write(self, descriptor: int, data: bytes) -> int:
        if self.room is None:
            return self._write(descriptor, data)
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self._write(descriptor, data[: self.room])
        self.room -= written
        return written

    def ftruncate(self, descriptor: int, length: int) -> None:
        if not self.can_cut:
            raise OSError(errno.EIO, "Input/output error")
        self._ftruncate(descriptor, length)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.mark.rule("AU-05")
@pytest.mark.parametrize("room", [0, 1, 100])
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    journal: FileJournal, disk: Disk, tmp_path: Path, room: int
) -> None:
    journal.append(event(1))
    disk.room = room
    for number in (2, 3):
        with pytest.raises(StorageUnavailable):
            journal.append(event(number))
    contents = [path.read_bytes() for path in journal_files.listed(tmp_path / "journals")]
    assert all(each[-1:] in (b"", b"\n") for each in contents), "no piece of a refused record stays"
    assert not journal.is_writable()
    disk.room = None
    journal.append(event(4))
    assert journal.is_writable()
    assert numbers(tmp_path / "journals") == [1, 4]


def test_a_full_disk_is_not_kept_full_by_a_journal(
    journal: FileJournal, disk: Disk, tmp_path: Path
) -> None:
    journal.append(event(1))
    (path,) = journal_files.listed(tmp_path / "journals")
    disk.room = 50
    for _ in range(3):
        with pytest.raises(StorageUnavailable):
            journal.append(event(2))
    assert len(journal_files.listed(tmp_path / "journals")) == 2, "one empty file waits for room"
    journal.close()
    assert not is_owned(path), "the mover may remove the full one"


def test_a_journal_that_failed_notices_by_itself_that_there_is_room_again(
    journal: FileJournal, disk: Disk, tmp_path: Path
) -> None:
    journal.append(event(1))
    disk.room = 10
    with pytest.raises(StorageUnavailable):
        journal.append(event(2))
    disk.room = 1000
    assert not journal.is_writable(), "room for less than a record is none"
    disk.room = None
    assert journal.is_writable()
    journal.append(event(3))
    assert numbers(tmp_path / "journals") == [1, 3]


def test_a_record_that_cannot_be_taken_back_is_not_continued(
    journal: FileJournal, disk: Disk, tmp_path: Path
) -> None:
    journal.append(event(1))
    disk.room, disk.can_cut = 50, False
    with pytest.raises(StorageUnavailable):
        journal.append(event(2))
    disk.room = None
    journal.append(event(3))
    disk.can_cut = True
    journal.close()
    contents = [path.read_bytes() for path in journal_files.listed(tmp_path / "journals")]
    whole = [line for each in contents for line in each.splitlines(keepends=True)]
    assert sorted(
        decode(line[:-1])["details"]["number"] for line in whole if line[-1:] == b"\n"
    ) == [1, 3]
    assert sum(line[-1:] != b"\n" for line in whole) == 1, "the torn one ends a file of its own"


def test_a_write_that_was_interrupted_is_made_good(
    journal: FileJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(event(1))
    write = os.write

    def interrupted(descriptor: int, data: bytes) -> int:
        write(descriptor, data[:30])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            journal.append(event(2))
    journal.append(event(3))
    assert numbers(tmp_path / "journals") == [1, 3]


def test_an_unusable_directory_is_storage_trouble_and_heals(tmp_path: Path) -> None:
    (tmp_path / "journals").write_text("a file")
    journal = FileJournal(tmp_path / "journals", "node", FakeEntropy())
    with pytest.raises(StorageUnavailable):
        journal.append(event(1))
    assert not journal.is_writable()
    (tmp_path / "journals").unlink()
    assert journal.is_writable()
    journal.append(event(2))
    journal.close()
    assert numbers(tmp_path / "journals") == [2]


LIMITED = """
import resource, sys
from pathlib import Path
from authserver.storage.journal import FileJournal
from authserver.domain.errors import StorageUnavailable
from tests.audit_events import event
from tests.doubles import FakeEntropy
journal = FileJournal(Path(sys.argv[1]), "node", FakeEntropy())
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
number, refused = 0, []
for number in range(1, 11):
    try:
        journal.append(event(number))
    except StorageUnavailable:
        refused.append(number)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
journal.append(event(11))
journal.close()
print(refused)
"""


def test_the_kernels_own_short_writes_are_taken_back(tmp_path: Path) -> None:
    if resource.getrlimit(resource.RLIMIT_FSIZE)[1] != resource.RLIM_INFINITY:
        not_run("journal under a file size limit", "a file size limit is set already")
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], check=True, capture_output=True, text=True
    )
    kept = numbers(tmp_path)
    refused = [number for number in range(1, 11) if number not in kept]
    assert ended.stdout.strip() == str(refused)
    assert len(refused) >= 3, "every third record does not fit"
    assert 11 in kept
