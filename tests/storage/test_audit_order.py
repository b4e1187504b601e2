"""Audit records are the last thing that a transaction writes, whenever they were added."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import event as sql_event

from authserver.domain.authority import Change, ChangeKind
from tests.audit_events import event
from tests.audits import Trail, trail_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

CHANGE = Change(ChangeKind.TOKEN, "t1", 0.0)
PATIENCE = 10.0
WAITING = (
    "SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
)


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    with trail_on(database_url) as trail:
        yield trail


def test_the_records_are_the_last_statement_before_the_commit(trail: Trail) -> None:
    said: list[str] = []

    def note(*arguments: Any) -> None:
        said.append(str(arguments[2]))

    engine = trail.database.engine
    sql_event.listen(engine, "before_cursor_execute", note)
    sql_event.listen(engine, "commit", lambda _: said.append("COMMIT"))
    with trail.database.writing() as stores:
        stores.audit.add(event(1))
        stores.authority.advance([CHANGE])
        stores.audit.add(event(2))
        assert not [each for each in said if "audit_records" in each]
    *before, insert, commit = said
    assert insert.startswith("INSERT INTO audit_records")
    assert commit == "COMMIT"
    assert not [each for each in before if "audit_records" in each]
    assert [record.details["number"] for record in trail.records()] == [1, 2]


def test_a_transaction_without_records_says_nothing_about_them(trail: Trail) -> None:
    said: list[str] = []
    engine = trail.database.engine
    with trail.database.writing() as stores:
        stores.authority.advance([CHANGE])
        sql_event.listen(engine, "before_cursor_execute", lambda *parts: said.append(str(parts[2])))
    assert said == []


def test_what_cannot_be_recorded_is_told_when_it_is_added(trail: Trail) -> None:
    with pytest.raises(TypeError), trail.database.writing() as stores:  # noqa: PT012 - one act
        stores.authority.advance([CHANGE])
        stores.audit.add(event(1, details={"what": object()}))
    with trail.database.reading() as stores:
        assert stores.authority.position().seq == 0


def test_many_records_of_one_act_keep_their_order(trail: Trail) -> None:
    trail.add(*range(25))
    assert [record.details["number"] for record in trail.records()] == list(range(25))


class Threads:
    """What runs beside the test, and what went wrong in it."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self.problems: list[BaseException] = []

    def start(self, task: Callable[[], object]) -> None:
        def guarded() -> None:
            try:
                task()
            except BaseException as problem:  # noqa: BLE001 - shown by the test's assertion
                self.problems.append(problem)

        self._threads.append(threading.Thread(target=guarded))
        self._threads[-1].start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


def until_in_line(trail: Trail, count: int) -> Mapping[int, Sequence[int]]:
    """Wait until so many transactions wait for others; which ones for which."""
    deadline = time.monotonic() + PATIENCE
    while len(rows := trail.rows(WAITING)) != count:
        assert time.monotonic() < deadline, "they do not wait where they should"
    return cast("Mapping[int, Sequence[int]]", dict(rows))  # type: ignore[arg-type]  # rows of two


def has_circle(waits: Mapping[int, Sequence[int]]) -> bool:
    """Whether there are some who could not go on even if everybody else did."""
    left = dict(waits)
    while free := [each for each, others in left.items() if left.keys().isdisjoint(others)]:
        for each in free:
            del left[each]
    return bool(left)


def test_acts_that_record_early_and_late_never_wait_in_a_circle(postgresql_url: str) -> None:
    """One records first and then advances the authority, one the other way round.

    The sealer wants the writers' lock alone meanwhile, and newcomers queue behind it. PostgreSQL
    would find such a circle after a second and let a newcomer pass, or end one of the three.
    """
    recorded, advanced, all_wait = threading.Event(), threading.Event(), threading.Event()
    threads = Threads()
    with trail_on(postgresql_url) as trail:

        def records_first() -> None:
            with trail.database.writing() as stores:
                stores.audit.add(event(2))
                recorded.set()
                assert advanced.wait(PATIENCE)
                stores.authority.advance([CHANGE])

        def advances_first() -> None:
            with trail.database.writing() as stores:
                stores.authority.advance([CHANGE])
                advanced.set()
                assert all_wait.wait(PATIENCE)
                stores.audit.add(event(3))

        def seals() -> None:
            with trail.database.writing() as stores:
                assert stores.audit.chain.horizon(PATIENCE) is not None

        with trail.database.writing() as writer:
            writer.audit.add(event(1))
            writer.audit.write()
            threads.start(records_first)
            assert recorded.wait(PATIENCE)
            threads.start(seals)
            until_in_line(trail, 1)
            threads.start(advances_first)
            until_in_line(trail, 2)
            all_wait.set()
            waits = until_in_line(trail, 3)
        threads.join()
        assert threads.problems == []
        assert not has_circle(waits)
        assert len(trail.records()) == 3
