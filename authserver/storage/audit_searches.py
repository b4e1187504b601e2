"""Looking for audit records: every filter has its index or its time range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, tuple_

from authserver.domain.audit_records import AuditPage, AuditRecord, Cursor
from authserver.domain.audit_text import visible
from authserver.storage.audit_content import HANDLE_MAX, NAME_MAX
from authserver.storage.audit_reading import moment, raw, rows_of
from authserver.storage.rows.audit import audit_records as records

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from authserver.domain.audit_records import AuditQuery

_SHOWN_MAX: Final = 64 * 1024
_TEXTS: Final = (
    "action",
    "outcome",
    "actor_kind",
    "actor",
    "client_id",
    "resource",
    "object_kind",
    "object_id",
    "token_id",
    "reason",
    "request_id",
    "peer",
)
_COLUMNS: Final = raw(
    records, "id", "at", "recorded_at", *_TEXTS, "details", "journal", "journal_offset"
)


def search(connection: Connection, query: AuditQuery) -> AuditPage:
    """One page, newest first."""
    rows = rows_of(connection, _narrowed(query).limit(query.limit + 1))
    found = [_record(row) for row in rows[: query.limit]]
    has_more = len(rows) > query.limit
    return AuditPage(found, Cursor(found[-1].at, found[-1].record_id) if has_more else None)


def _narrowed(query: AuditQuery) -> Select[*tuple[Any, ...]]:
    conditions = [
        column == visible(value, longest)
        for column, value, longest in (
            (records.c.actor, query.actor, HANDLE_MAX),
            (records.c.client_id, query.client_id, HANDLE_MAX),
            (records.c.resource, query.resource, HANDLE_MAX),
            (records.c.request_id, query.request_id, HANDLE_MAX),
            (records.c.token_id, query.token_id, HANDLE_MAX),
            (records.c.object_kind, query.object_kind, NAME_MAX),
            (records.c.object_id, query.object_id, HANDLE_MAX),
        )
        if value
    ]
    # Said again, so that the planner may use the index of records that have the column filled.
    conditions += [
        column != ""
        for column, value in (
            (records.c.client_id, query.client_id),
            (records.c.request_id, query.request_id),
            (records.c.token_id, query.token_id),
        )
        if value
    ]
    if query.action:
        conditions.append(_action(visible(query.action, NAME_MAX)))
    if query.outcome is not None:
        conditions.append(records.c.outcome == query.outcome.value)
    if query.since is not None:
        conditions.append(records.c.at >= query.since)
    if query.until is not None:
        conditions.append(records.c.at < query.until)
    if query.before is not None:
        place = tuple_(records.c.at, records.c.id)
        conditions.append(place < tuple_(query.before.at, query.before.record_id))
    newest_first = (records.c.at.desc(), records.c.id.desc())
    return select(*_COLUMNS).where(*conditions).order_by(*newest_first)


def _action(action: str) -> ColumnElement[bool]:
    """The action itself, or one that has it as its leading parts; `/` follows `.` in ASCII."""
    name = action.removesuffix(".")
    return or_(
        records.c.action == name,
        and_(records.c.action > f"{name}.", records.c.action < f"{name}/"),
    )


def _record(row: Row[*tuple[Any, ...]]) -> AuditRecord:
    stored = row._asdict()
    texts = {name: visible(str(stored[name]), _SHOWN_MAX) for name in _TEXTS}
    return AuditRecord(
        record_id=stored["id"],
        at=moment(stored["at"]),
        recorded_at=moment(stored["recorded_at"]),
        **texts,
        details=_details(stored["details"]),
        journal=stored["journal"],
        journal_offset=stored["journal_offset"],
    )


def _details(stored: object) -> dict[str, object]:
    try:
        details = orjson.loads(str(stored))
    except orjson.JSONDecodeError:
        details = None
    if isinstance(details, dict):
        return details
    return {"unreadable": visible(str(stored), _SHOWN_MAX)}
