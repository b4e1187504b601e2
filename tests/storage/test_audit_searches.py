"""Looking for records: filters and pages, on both back-ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.event import listen as listens_to

from authserver.domain.audit import Actor, ActorKind, Outcome
from authserver.domain.audit_records import AuditQuery, Cursor
from authserver.storage.audit import AuditRows
from tests.audit_events import event
from tests.audits import Trail, trail_on
from tests.doubles import EPOCH
from tests.storage.examples import resource as a_resource

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTS: list[dict[str, object]] = [
    {"action": "token.issued", "client_id": "a", "request_id": "r0", "token_id": "t0"},
    {"action": "token.refused", "client_id": "b", "outcome": Outcome.REFUSED, "token_id": ""},
    {"action": "token", "client_id": "a"},
    {"action": "tokens.listed", "client_id": ""},
    {"action": "client.created", "object_kind": "client", "object_id": "b"},
    {"action": "client.secret.rotated", "object_kind": "client", "object_id": "a"},
    {"action": "login.failed", "actor": Actor(ActorKind.USER, "zoë\n"), "resource": "wiki"},
    {"action": "token-like", "outcome": Outcome.FAILED, "reason": "expired: yesterday"},
]


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    with trail_on(database_url) as trail:
        with trail.database.writing() as stores:
            for number, act in enumerate(ACTS):
                stores.audit.add(event(number, **{"at": EPOCH + number, **act}))
        yield trail


def found(trail: Trail, query: AuditQuery) -> list[object]:
    with trail.database.reading() as stores:
        return [record.details["number"] for record in stores.audit.search(query).records]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (AuditQuery(), [7, 6, 5, 4, 3, 2, 1, 0]),
        (AuditQuery(since=EPOCH + 2, until=EPOCH + 4), [3, 2]),
        (AuditQuery(since=EPOCH + 7), [7]),
        (AuditQuery(until=EPOCH), []),
        (AuditQuery(action="token"), [2, 1, 0]),
        (AuditQuery(action="token."), [2, 1, 0]),
        (AuditQuery(action="token.issued"), [0]),
        (AuditQuery(action="client.secret"), [5]),
        (AuditQuery(action="tok"), []),
        (AuditQuery(action="%"), []),
        (AuditQuery(client_id="a"), [2, 0]),
        (AuditQuery(client_id="A"), []),
        (AuditQuery(outcome=Outcome.REFUSED), [1]),
        (AuditQuery(outcome=Outcome.FAILED), [7]),
        (AuditQuery(actor="zoë\n"), [6]),
        (AuditQuery(actor="zoë\\x0a"), [6]),
        (AuditQuery(resource="wiki"), [6]),
        (AuditQuery(reason="expired"), [7]),
        (AuditQuery(reason="expired: yesterday"), [7]),
        (AuditQuery(reason="expire"), []),
        (AuditQuery(reason="yesterday"), []),
        (AuditQuery(request_id="r0"), [0]),
        (AuditQuery(token_id="t0"), [0]),
        (AuditQuery(object_kind="client"), [5, 4]),
        (AuditQuery(object_kind="client", object_id="b"), [4]),
        (AuditQuery(object_id="a"), [5]),
        (AuditQuery(client_id="a", action="token.issued"), [0]),
        (AuditQuery(client_id="a", action="client"), []),
        (AuditQuery(actor="' OR 1=1 --"), []),
        (AuditQuery(actor="\x00"), []),
        (AuditQuery(actor="\udc80"), []),
    ],
)
def test_each_filter_narrows(trail: Trail, query: AuditQuery, numbers: list[int]) -> None:
    assert found(trail, query) == numbers


@pytest.mark.parametrize("asked", ["main", "https://main.example.org"])
def test_a_site_is_found_by_its_name_and_by_its_identifier_whichever_a_record_holds(
    trail: Trail, asked: str
) -> None:
    with trail.database.writing() as stores:
        for number, resource in ((30, a_resource("main")), (40, a_resource("other"))):
            stores.resources.add(resource)
            for offset, name in enumerate((resource.name, resource.identifier)):
                stores.audit.add(event(number + offset, at=EPOCH + 99, resource=name))
    assert found(trail, AuditQuery(resource=asked)) == [31, 30]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 9])
def test_pages_follow_each_other_without_gap_or_repeat(trail: Trail, limit: int) -> None:
    numbers: list[object] = []
    before: Cursor | None = None
    while True:
        with trail.database.reading() as stores:
            page = stores.audit.search(AuditQuery(limit=limit, before=before))
        assert len(page.records) <= limit
        numbers += [record.details["number"] for record in page.records]
        if page.next_cursor is None:
            break
        before = Cursor.parse(str(page.next_cursor))
        trail.add(100_000)  # newer records do not disturb a page on the way back
    assert numbers == [7, 6, 5, 4, 3, 2, 1, 0]


def test_records_of_one_moment_are_told_apart_by_their_ids(trail: Trail) -> None:
    with trail.database.writing() as stores:
        for number in range(20, 26):
            stores.audit.add(event(number, at=EPOCH + 50))
    with trail.database.reading() as stores:
        first = stores.audit.search(AuditQuery(limit=4))
        second = stores.audit.search(AuditQuery(limit=3, before=first.next_cursor))
    numbers = [record.details["number"] for record in [*first.records, *second.records]]
    assert numbers == [25, 24, 23, 22, 21, 20, 7]


@pytest.mark.parametrize("column", ["outcome", "actor_kind", "details", "peer"])
def test_a_record_that_was_tampered_with_is_still_shown(trail: Trail, column: str) -> None:
    trail.tamper(f"UPDATE audit_records SET {column} = :text WHERE id = 3", {"text": "\x1b[2J["})
    assert len(trail.records()) == len(ACTS)
    record = trail.records()[2]
    shown = record.details["unreadable"] if column == "details" else getattr(record, column)
    assert shown == "\\x1b[2J["


@pytest.mark.parametrize("value", ["x'ff00'", "cast(x'ff00' as text)", "5", "NULL + 1.5e300"])
def test_sqlite_shows_records_with_values_of_the_wrong_type(sqlite_url: str, value: str) -> None:
    with trail_on(sqlite_url) as trail:
        trail.add(1, 2)
        for column in ("at", "recorded_at", "peer", "details", "journal", "code"):
            if value.startswith("NULL"):
                trail.tamper(f"UPDATE audit_records SET {column} = 1.5e300 WHERE id = 1")
            else:
                trail.tamper(f"UPDATE audit_records SET {column} = {value} WHERE id = 1")
        assert sorted(record.record_id for record in trail.records()) == [1, 2]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (AuditQuery(since=1.0), "at_id"),
        (AuditQuery(client_id="a"), "client_id_at"),
        (AuditQuery(actor="a"), "actor_at"),
        (AuditQuery(action="token.issued"), "action_at"),
        (AuditQuery(request_id="r"), "request_id"),
        (AuditQuery(token_id="t"), "token_id"),
    ],
)
def test_what_people_ask_for_has_an_index(sqlite_url: str, query: AuditQuery, index: str) -> None:
    asked: list[tuple[str, Any]] = []

    def listen(*arguments: Any) -> None:
        asked.append((arguments[2], arguments[3]))

    with trail_on(sqlite_url) as trail, trail.database.connection_for_reading() as connection:
        listens_to(connection, "before_cursor_execute", listen)
        AuditRows(connection).search(query)
        statement, values = asked[-1]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert any(f"ix_audit_records_{index}" in row[3] for row in plan), plan
    # Whoever asks for something common must not wait until all of it is sorted.
    is_sorted = any("TEMP B-TREE" in row[3] for row in plan)
    assert is_sorted == (index in ("request_id", "token_id")), plan


def test_refusals_for_one_reason_are_found_by_the_index_of_their_action(database_url: str) -> None:
    asked: list[tuple[str, Any]] = []

    def listen(*arguments: Any) -> None:
        asked.append((arguments[2], arguments[3]))

    with trail_on(database_url) as trail:
        with trail.database.writing() as stores:
            for number in range(600):
                action = "call.denied" if number % 30 == 0 else "call.allowed"
                stores.audit.add(event(number, action=action, reason="unknown-path"))
        with trail.database.connection_for_writing() as connection:
            connection.exec_driver_sql("ANALYZE audit_records")
        with trail.database.connection_for_reading() as connection:
            listens_to(connection, "before_cursor_execute", listen)
            query = AuditQuery(action="call.denied", reason="unknown-path", since=1.0, limit=7)
            page = AuditRows(connection).search(query)
            statement, values = asked[-1]
            explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
            plan = connection.exec_driver_sql(f"{explain} {statement}", values).all()
    assert [each.details["number"] for each in page.records] == list(range(570, 360, -30))
    assert "ix_audit_records_action_at" in str(plan), plan
