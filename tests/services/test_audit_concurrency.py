"""Writers, mover and sealers at the same time: nothing is left out of the chain."""

from __future__ import annotations

import contextlib
import itertools
import threading
from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit_findings import BreakKind
from authserver.storage import audit, journal_moves
from authserver.storage.journal import FileJournal
from tests.audit_events import event
from tests.audits import Trail, trail_on
from tests.doubles import FakeEntropy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

WRITERS = 5


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    with trail_on(database_url) as trail:
        yield trail


@pytest.fixture
def unannounced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The protection is taken away: writers do not announce themselves."""

    def nothing(_: Connection) -> None:
        pass

    for module in (audit, journal_moves):
        monkeypatch.setattr(module, "enter", nothing)


class Undone(Exception):
    """An act that is rolled back."""


class Crowd:
    """Everybody at work on one trail, until the sealers have sealed something `steps` times."""

    def __init__(self, trail: Trail, directory: Path, steps: int) -> None:
        self._trail = trail
        self._directory = directory
        self._steps = steps
        self._enough = threading.Event()
        self._over = threading.Event()
        self.problems: list[BaseException] = []
        self.committed = 0
        self._counting = threading.Lock()

    def work(self) -> None:
        """Until every writer is through, then once more for what is left."""
        writers = [self._started(self._write, number) for number in range(WRITERS)]
        writers.append(self._started(self._append, 0))
        others = [self._started(self._move, 0), *(self._started(self._seal, n) for n in range(2))]
        for writer in writers:
            writer.join()
        self._over.set()
        for other in others:
            other.join()
        self._trail.mover(self._directory).run_once()
        self._trail.sealer(seal_records=200).step()

    def _started(self, task: Callable[[int], None], number: int) -> threading.Thread:
        def guarded() -> None:
            try:
                task(number)
            except BaseException as problem:  # noqa: BLE001 - shown by the test's assertion
                self.problems.append(problem)
                self._enough.set()

        thread = threading.Thread(target=guarded)
        thread.start()
        return thread

    def _write(self, number: int) -> None:
        dice = FakeEntropy(f"writer {number}")
        for act in itertools.count(number * 1_000_000):
            if self._enough.is_set():
                return
            records, pause, fate = dice.token_bytes(3)
            with contextlib.suppress(Undone):
                self._act(act, 1 + records % 3, pause / 60_000, is_undone=fate % 4 == 0)

    def _act(self, number: int, records: int, pause: float, *, is_undone: bool) -> None:
        with self._trail.database.writing() as stores:
            for each in range(records):
                stores.audit.add(event(10 * number + each))
                stores.audit.write()  # its number is drawn now, and the commit is far
                self._over.wait(pause)
            if is_undone:
                raise Undone
        with self._counting:
            self.committed += records

    def _append(self, number: int) -> None:
        journal = FileJournal(self._directory, "node", FakeEntropy("journal"), rotate_bytes=20_000)
        for act in itertools.count(number + 900_000_000):
            if self._enough.wait(0.001):
                break
            journal.append(event(act))
            with self._counting:
                self.committed += 1
        journal.close()

    def _move(self, _: int) -> None:
        mover = self._trail.mover(self._directory)
        while not self._over.wait(0.005):
            mover.run_once()

    def _seal(self, number: int) -> None:
        sealer = self._trail.sealer(seal_records=200 + number)
        while not self._over.wait(0.001):
            if sealer.step().seals:
                with self._counting:
                    self._steps -= 1
                    if self._steps <= 0:
                        self._enough.set()


def everybody_at_once(trail: Trail, directory: Path, steps: int) -> None:
    crowd = Crowd(trail, directory, steps)
    crowd.work()
    assert crowd.problems == []
    report = trail.verify()
    assert report.breaks == ()
    assert (report.sealed, report.unsealed) == (crowd.committed, 0)


@pytest.mark.rule("AU-04")
def test_what_everybody_writes_at_once_is_sealed_without_a_gap(
    trail: Trail, tmp_path: Path
) -> None:
    everybody_at_once(trail, tmp_path / "journals", steps=20)


@pytest.mark.slow
@pytest.mark.rule("AU-04")
def test_what_everybody_writes_for_long_is_sealed_without_a_gap(
    trail: Trail, tmp_path: Path
) -> None:
    everybody_at_once(trail, tmp_path / "journals", steps=300)


def seal_between_two_writers(trail: Trail) -> None:
    """One draws its number first and commits last; the sealer comes in between."""
    with trail.database.writing() as early:
        early.audit.add(event(1))
        early.audit.write()
        trail.add(2)
        trail.sealer().step()
    trail.add(3)
    trail.sealer().step()


@pytest.mark.rule("AU-04")
def test_a_record_that_commits_late_is_not_left_out(postgresql_url: str) -> None:
    with trail_on(postgresql_url) as trail:
        seal_between_two_writers(trail)
        report = trail.verify()
        assert report.breaks == ()
        assert (report.sealed, report.unsealed) == (3, 0)


@pytest.mark.usefixtures("unannounced")
def test_without_the_announcement_a_late_record_is_left_out(postgresql_url: str) -> None:
    """Negative control: the protection is what the test above is about."""
    with trail_on(postgresql_url) as trail:
        seal_between_two_writers(trail)
        assert trail.findings() == [(BreakKind.INSERTED, 0, 1)]
