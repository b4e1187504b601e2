"""A disk that is really full: a small tmpfs."""

from __future__ import annotations

import contextlib
import subprocess
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.storage.journal import FileJournal
from tests.audit_events import event
from tests.audits import Trail, trail_on
from tests.doubles import FakeEntropy
from tests.not_run import not_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE = 256 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of `SIZE` bytes."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode != 0:
        not_run("journal on a full disk", "the right to mount a tmpfs")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    with trail_on(database_url) as trail:
        yield trail


def fill(path: Path) -> None:
    """Take all the room that is left."""
    with path.open("wb", buffering=0) as rest, contextlib.suppress(OSError):
        while rest.write(b"x" * 4096):
            pass


def append_until_refused(journal: FileJournal, first: int) -> list[int]:
    """Numbers of the records that were taken."""
    taken: list[int] = []
    for number in range(first, first + 10_000):
        try:
            journal.append(event(number))
        except StorageUnavailable:
            return taken
        taken.append(number)
    raise AssertionError("the disk is never full")


def moved(trail: Trail) -> list[int]:
    return [int(str(record.details["number"])) for record in trail.records()]


@pytest.mark.rule("AU-05")
def test_a_disk_full_of_journals_empties_itself(trail: Trail, small_disk: Path) -> None:
    directory = small_disk / "journals"
    journal = FileJournal(directory, "node", FakeEntropy(), sync_seconds=0.001)
    mover = trail.mover(directory)
    taken = append_until_refused(journal, 0)
    assert len(taken) > 300
    for number in range(1000, 1005):
        with pytest.raises(StorageUnavailable):
            journal.append(event(number))
    assert not journal.is_writable()
    for _ in range(1000):
        mover.run_once()
        if journal.is_writable():
            break
    taken += append_until_refused(journal, 2000)
    journal.close()
    mover.run_once()
    assert len(taken) > 600
    assert moved(trail) == taken, "everything answered, nothing refused, each once"


@pytest.mark.rule("AU-05")
def test_a_disk_full_of_other_things_refuses_until_there_is_room(
    trail: Trail, small_disk: Path
) -> None:
    directory = small_disk / "journals"
    journal = FileJournal(directory, "node", FakeEntropy())
    journal.append(event(1))
    ballast = small_disk / "ballast"
    fill(ballast)
    taken = append_until_refused(journal, 10)
    assert not journal.is_writable()
    ballast.unlink()
    assert journal.is_writable()
    journal.append(event(9999))
    journal.close()
    trail.mover(directory).run_once()
    assert moved(trail) == [1, *taken, 9999]
