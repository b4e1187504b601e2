"""Records of decisions, as gateways' workers leave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authserver.domain.audit import Outcome
from authserver.storage.call_counting import Told, add_counts, counted
from authserver.storage.database import SqlDatabase
from authserver.storage.journal_records import encode, line
from tests.audit_events import event
from tests.memory_database import MemoryDatabase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authserver.domain.audit import AuditEvent
    from authserver.domain.ports import Database


def call(
    number: int = 0, *, way: str = "access-token", subject: str = "", **changes: Any
) -> AuditEvent:
    """A call that passed; with a `reason`, one that did not."""
    reason = changes.get("reason", "")
    details = {"number": number, "credential": "bearer", "way": way, "subject": subject}
    fields: dict[str, Any] = {
        "action": "call.denied" if reason else "call.allowed",
        "outcome": Outcome.REFUSED if reason else Outcome.SUCCESS,
        "object_kind": "decision",
        "client_id": "robot",
        "resource": "https://jira.example.org",
        "details": {name: value for name, value in details.items() if value != ""},
    }
    return event(number, **(fields | changes))


def journal(*events: AuditEvent) -> bytes:
    """What a journal holds of them."""
    return b"".join(line(encode(each)) for each in events)


def count(database: Database, events: Iterable[AuditEvent]) -> None:
    """Let calls be counted, as the mover does; in memory they are on record, too."""
    if isinstance(database, MemoryDatabase):
        database.state.audit.extend(events)
        return
    assert isinstance(database, SqlDatabase)
    with database.connection_for_writing() as connection:
        records = ((_told(each), each.details) for each in events)
        add_counts(connection, counted(records))


def _told(event: AuditEvent) -> Told:
    return Told(
        event.at, event.action, event.outcome, event.resource, event.reason, event.client_id
    )
