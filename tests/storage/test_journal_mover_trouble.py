"""From journals into the database, each record once, whatever goes wrong on the way."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.storage import journal_files, journal_mover, journal_moves
from authserver.storage.audit_writing import insert
from authserver.storage.journal import FileJournal
from authserver.storage.journal_mover import Moved
from authserver.storage.journal_progress import end, move_on, progress_of
from tests.audit_events import event
from tests.audits import Trail, trail_on
from tests.doubles import FakeEntropy
from tests.storage.orphans import lines, moved_numbers, orphan, reports
from tests.storage.racing import race

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    with trail_on(database_url) as trail:
        yield trail


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "journals"


def test_two_movers_do_not_double(trail: Trail, directory: Path) -> None:
    for name in ("a", "b", "c"):
        orphan(directory, lines(*range(200)), f"node-1-{name}")
    movers = [trail.mover(directory, piece_bytes=1) for _ in range(3)]
    race(3, lambda number: movers[number].run_once())
    assert sorted(map(int, map(str, moved_numbers(trail)))) == sorted(list(range(200)) * 3)
    assert journal_files.listed(directory) == []


class Crash(Exception):
    """The process dies here."""


def crashing(
    monkeypatch: pytest.MonkeyPatch, where: Callable[..., object], *, after: bool
) -> Callable[[], None]:
    """Let one function of the mover crash, before or after its work; undo with the result."""
    name = where.__name__
    patch = pytest.MonkeyPatch()

    def crash(*args: object, **kwargs: object) -> object:
        if after:
            where(*args, **kwargs)
        raise Crash

    patch.setattr(journal_moves, name, crash)
    return patch.undo


@pytest.mark.rule("AU-05")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "where",
    [progress_of, insert, move_on, end],
)
def test_a_crash_at_any_point_neither_loses_nor_doubles(
    trail: Trail,
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: Callable[..., object],
    *,
    after: bool,
) -> None:
    orphan(directory, lines(*range(5)) + b"torn")
    undo = crashing(monkeypatch, where, after=after)
    with pytest.raises(Crash):
        trail.mover(directory).run_once()
    undo()
    trail.mover(directory).run_once()
    assert moved_numbers(trail) == list(range(5))
    assert len(reports(trail)) == 1
    assert journal_files.listed(directory) == []


def test_a_crash_between_commit_and_removal_is_harmless(
    trail: Trail, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = orphan(directory, lines(1) + b"torn")
    with monkeypatch.context() as patch:
        patch.setattr(type(path), "unlink", lambda _: (_ for _ in ()).throw(Crash))
        with pytest.raises(Crash):
            trail.mover(directory).run_once()
    assert trail.mover(directory).run_once().ended == 1
    assert moved_numbers(trail) == [1]
    assert len(reports(trail)) == 1


def test_a_database_without_an_answer_loses_nothing(
    trail: Trail, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan(directory, lines(1, 2))
    mover = trail.mover(directory)

    def full(_: Connection, __: object) -> None:
        raise StorageUnavailable("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(journal_moves, "insert", full)
        for _ in range(2):
            with pytest.raises(StorageUnavailable):
                mover.run_once()
    assert mover.run_once() == Moved(2, 0, 0, 1)
    assert moved_numbers(trail) == [1, 2]


def test_a_journal_that_cannot_be_read_does_not_stop_the_others(
    trail: Trail, directory: Path
) -> None:
    (directory / "a.journal").mkdir(parents=True)
    orphan(directory, lines(1), "b")
    with pytest.raises(StorageUnavailable, match="cannot be moved"):
        trail.mover(directory).run_once()
    assert moved_numbers(trail) == [1]


def test_a_database_set_back_takes_up_where_it_stood(trail: Trail, directory: Path) -> None:
    journal = FileJournal(directory, "node", FakeEntropy())
    for number in range(4):
        journal.append(event(number))
    mover = trail.mover(directory)
    mover.run_once()
    trail.tamper("DELETE FROM audit_records WHERE id > 2")
    trail.tamper(f"UPDATE audit_journals SET moved_to = {len(lines(0, 1))}")
    journal.append(event(4))
    mover.run_once()
    assert moved_numbers(trail) == [0, 1, 2, 3, 4]
    journal.close()


def test_the_database_refuses_a_record_that_is_there_already(trail: Trail, directory: Path) -> None:
    path = orphan(directory, lines(1, 2))
    content = path.read_bytes()
    trail.mover(directory).run_once()
    trail.tamper("UPDATE audit_journals SET moved_to = 0, ended_at = NULL")
    path.write_bytes(content)
    with pytest.raises(Exception, match=r"(?i)unique"):
        trail.mover(directory).run_once()
    assert moved_numbers(trail) == [1, 2]


def test_the_loop_waits_out_trouble_and_ends_when_told(trail: Trail, directory: Path) -> None:
    (directory / "a.journal").mkdir(parents=True)
    orphan(directory, lines(1), "b")
    stop = threading.Event()
    mover = trail.mover(directory)
    loop = threading.Thread(target=mover.run, args=(stop, 0.001))
    loop.start()
    try:
        for _ in range(2000):
            if moved_numbers(trail) == [1]:
                break
        (directory / "a.journal").rmdir()
        orphan(directory, lines(2), "c")
        for _ in range(2000):
            if moved_numbers(trail) == [1, 2]:
                break
    finally:
        stop.set()
        loop.join()
    assert moved_numbers(trail) == [1, 2]


def test_the_loop_goes_on_after_a_defect(
    trail: Trail, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_mover, "AFTER_DEFECT_SECONDS", 0.001)
    mover = trail.mover(directory)
    stop = threading.Event()
    runs: list[int] = []

    def run_once() -> Moved:
        runs.append(1)
        if len(runs) == 1:
            raise ZeroDivisionError
        stop.set()
        return Moved(0, 0, 0, 0)

    monkeypatch.setattr(mover, "run_once", run_once)
    mover.run(stop, 0.001)
    assert len(runs) == 2
