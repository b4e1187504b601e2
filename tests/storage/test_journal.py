"""The journal of one worker."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import threading
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.storage import journal_files
from authserver.storage.journal import FileJournal
from authserver.storage.journal_records import decode, encode
from tests.audit_events import event
from tests.doubles import FakeEntropy
from tests.not_run import not_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FileJournal]:
    journal = FileJournal(tmp_path / "journals", "node.example", FakeEntropy())
    yield journal
    journal.close()


def numbers(directory: Path) -> list[object]:
    """The numbers of the events in all journals of a directory, file by file."""
    return [
        decode(line)["details"]["number"]
        for path in journal_files.listed(directory)
        for line in path.read_bytes().splitlines()
    ]


def is_owned(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return not journal_files.lock(descriptor)
    finally:
        os.close(descriptor)


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
