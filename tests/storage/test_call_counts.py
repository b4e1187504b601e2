"""Calls are counted once each, with the records of them, whoever moved those."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authserver.domain.audit import Outcome
from authserver.domain.audit_records import AuditQuery
from authserver.domain.call_counts import HOUR_SECONDS, CallField, CallKey, CallSearch, hour_of
from authserver.storage.call_backlog import CallBacklog
from tests.audit_events import event
from tests.audits import Trail, trail_on
from tests.doubles import EPOCH
from tests.memory_database import MemoryDatabase
from tests.storage.calls import call, journal
from tests.storage.orphans import orphan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authserver.domain.audit import AuditEvent
    from authserver.domain.ports import Database

HOUR = hour_of(EPOCH)
SITE = "https://jira.example.org"
EVENTS = [
    call(1, subject="client:robot"),
    call(2, subject="client:robot"),
    call(3, client_id="web", subject="user:ada"),
    call(4, way="basic", client_id=""),
    call(5, way="", reason="token-invalid: expired", client_id=""),
    call(6, reason="insufficient-scope", at=EPOCH + HOUR_SECONDS),
    call(7, way="connect-jwt", resource="https://wiki.example.org", at=EPOCH + 2 * HOUR_SECONDS),
    event(8),
    event(9, action="token.refused", outcome=Outcome.REFUSED),
]
SEARCHES = [
    CallSearch(),
    CallSearch(since=HOUR + HOUR_SECONDS),
    CallSearch(until=HOUR + HOUR_SECONDS),
    CallSearch(since=HOUR, until=HOUR),
    CallSearch(resource="https://wiki.example.org"),
    CallSearch(ways=frozenset({"basic", "connect-jwt"})),
    CallSearch(ways=frozenset()),
    CallSearch(outcome="refused"),
    CallSearch(reason="token-invalid"),
    CallSearch(client_id="web"),
    CallSearch(client_id=""),
    CallSearch(subject="client:robot", outcome="success"),
    CallSearch(subject="a\x00b"),
]


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    with trail_on(database_url) as trail:
        yield trail


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "journals"


def counts(database: Database) -> dict[CallKey, int]:
    with database.reading() as stores:
        page = stores.call_counts.page(CallSearch(), limit=1000)
        assert (
            sum(each.calls for each in page.items) == stores.call_counts.total(CallSearch()).calls
        )
        return {each.key: each.calls for each in page.items}


def in_memory(*events: AuditEvent) -> MemoryDatabase:
    memory = MemoryDatabase()
    memory.state.audit.extend(events)
    return memory


def as_before(trail: Trail) -> None:
    """The state that a version leaves behind which counted nothing."""
    trail.tamper("DELETE FROM call_counts")
    trail.tamper("DELETE FROM caller_counts")
    trail.tamper("UPDATE audit_journals SET counted_to = 0")


def test_a_call_is_counted_by_who_made_it_and_how_it_ended(trail: Trail, directory: Path) -> None:
    orphan(directory, journal(*EVENTS))
    trail.mover(directory).run_once()
    success = (HOUR, SITE, "access-token", "success", "")
    assert counts(trail.database) == {
        CallKey(*success, "robot", "client:robot"): 2,
        CallKey(*success, "web", "user:ada"): 1,
        CallKey(HOUR, SITE, "basic", "success", ""): 1,
        CallKey(HOUR, SITE, "bearer", "refused", "token-invalid"): 1,
        CallKey(
            *(HOUR + HOUR_SECONDS, SITE, "access-token", "refused", "insufficient-scope", "robot")
        ): 1,
        CallKey(
            *(HOUR + 2 * HOUR_SECONDS, "https://wiki.example.org", "connect-jwt", "success", ""),
            "robot",
        ): 1,
    }


def test_sums_and_lists_are_those_of_the_records(trail: Trail, directory: Path) -> None:
    orphan(directory, journal(*EVENTS))
    trail.mover(directory).run_once()
    memory = in_memory(*EVENTS)
    parts = [[each] for each in CallField] + [[CallField.HOUR, CallField.WAY], []]
    with trail.database.reading() as stores, memory.reading() as expected:
        for wanted in SEARCHES:
            assert stores.call_counts.total(wanted) == expected.call_counts.total(wanted), wanted
            listed = stores.call_counts.page(wanted).items
            assert sum(each.calls for each in listed) == expected.call_counts.total(wanted).calls
            for by in parts:
                found = stores.call_counts.sums(wanted, by) if by else ()
                if by:
                    assert sorted(found) == sorted(expected.call_counts.sums(wanted, by))
                assert [each.calls for each in found] == sorted(
                    (each.calls for each in found), reverse=True
                )
        assert len(stores.call_counts.sums(CallSearch(), [CallField.WAY], limit=2)) == 2


def test_what_was_moved_before_is_not_counted_again(trail: Trail, directory: Path) -> None:
    content = journal(*EVENTS)
    for _ in range(2):
        orphan(directory, content)  # the second time, as a backup would bring it back
        trail.mover(directory, piece_bytes=1).run_once()
    assert sum(counts(trail.database).values()) == 7
    assert CallBacklog(trail.database).catch_up(lambda: True) == 0


@pytest.mark.parametrize("batch", [1, 2, 3, 1000])
def test_records_that_nobody_counted_are_counted_later_and_once(
    trail: Trail, directory: Path, batch: int
) -> None:
    orphan(directory, journal(*EVENTS[:5]))
    trail.mover(directory).run_once()
    as_before(trail)
    assert counts(trail.database) == {}
    # The journal goes on: what comes behind uncounted records waits with them.
    orphan(directory, journal(*EVENTS))
    trail.tamper("UPDATE audit_journals SET ended_at = NULL")
    trail.mover(directory).run_once()
    assert counts(trail.database) == {}
    backlog = CallBacklog(trail.database, batch)
    assert backlog.catch_up(lambda: False) == 0
    assert backlog.catch_up(lambda: True) == len(EVENTS)
    assert counts(trail.database) == counts(in_memory(*EVENTS))
    assert backlog.catch_up(lambda: True) == 0
    # From here on they are counted as they come.
    orphan(directory, journal(*EVENTS, call(10)))
    trail.mover(directory).run_once()
    assert counts(trail.database) == counts(in_memory(*EVENTS, call(10)))


def test_two_that_count_the_same_records_count_them_once(trail: Trail, directory: Path) -> None:
    orphan(directory, journal(*EVENTS))
    trail.mover(directory).run_once()
    as_before(trail)
    first, second = CallBacklog(trail.database, 2), CallBacklog(trail.database, 2)

    def let_the_other_go_first() -> bool:
        second.catch_up(lambda: True)
        return True

    first.catch_up(let_the_other_go_first)
    assert counts(trail.database) == counts(in_memory(*EVENTS))


def test_records_that_somebody_tampered_with_stop_no_counting(
    trail: Trail, directory: Path
) -> None:
    orphan(directory, journal(*EVENTS))
    trail.mover(directory).run_once()
    as_before(trail)
    trail.tamper("UPDATE audit_records SET details = '[' WHERE id = 1")
    trail.tamper("UPDATE audit_records SET details = :text WHERE id = 2", {"text": '{"way":7}'})
    CallBacklog(trail.database).catch_up(lambda: True)
    assert sum(counts(trail.database).values()) == 7
    assert {key.way for key in counts(trail.database)} >= {"unknown", "basic"}


def test_a_call_with_the_longest_names_is_counted(trail: Trail, directory: Path) -> None:
    long = "☃" * 500
    orphan(directory, journal(call(1, client_id=long, resource=long, subject=long)))
    trail.mover(directory).run_once()
    assert list(counts(trail.database).values()) == [1]


def test_counts_are_forgotten_with_their_hours(trail: Trail, directory: Path) -> None:
    orphan(directory, journal(*EVENTS))
    trail.mover(directory).run_once()
    with trail.database.writing() as stores:
        assert stores.call_counts.prune(EPOCH, 1000) == 0
        before = EPOCH + HOUR_SECONDS
        assert [stores.call_counts.prune(before, 5) for _ in range(3)] == [5, 2, 0]
    assert {key.hour for key in counts(trail.database)} == {
        HOUR + HOUR_SECONDS,
        HOUR + 2 * HOUR_SECONDS,
    }


def test_refused_calls_are_found_by_their_reason(trail: Trail, directory: Path) -> None:
    orphan(directory, journal(*EVENTS, call(10, reason="token-invalid-too")))
    trail.mover(directory).run_once()
    with trail.database.reading() as stores:
        for reason, numbers in (("token-invalid", [5]), ("insufficient-scope", [6]), ("%", [])):
            query = AuditQuery(action="call.denied", reason=reason)
            found = stores.audit.search(query).records
            assert [each.details["number"] for each in found] == numbers


CALLS = st.builds(
    call,
    st.integers(0, 20_000),
    way=st.sampled_from(["access-token", "basic", "oauth1", ""]),
    subject=st.sampled_from(["", "user:ada", "client:robot"]),
    client_id=st.sampled_from(["", "robot", "web"]),
    reason=st.sampled_from(["", "token-invalid: gone", "read-only"]),
    at=st.floats(EPOCH - 10_000, EPOCH + 10_000),
)


@given(events=st.lists(CALLS, max_size=30), batch=st.integers(1, 9))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counting_at_once_and_counting_later_agree(
    sqlite_url: str, tmp_path_factory: pytest.TempPathFactory, events: list[AuditEvent], batch: int
) -> None:
    directory = tmp_path_factory.mktemp("journals")
    with trail_on(sqlite_url) as trail:
        trail.tamper("DELETE FROM audit_records")
        trail.tamper("DELETE FROM audit_journals")
        as_before(trail)
        orphan(directory, journal(*events), directory.name)
        trail.mover(directory, piece_bytes=500).run_once()
        at_once = counts(trail.database)
        as_before(trail)
        CallBacklog(trail.database, batch).catch_up(lambda: True)
        assert at_once == counts(trail.database) == counts(in_memory(*events))
