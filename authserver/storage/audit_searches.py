"""Looking for audit records: every filter has its index or its time range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson
from sqlalchemy import func, select

from authserver.domain.audit_records import AuditPage, AuditRecord, Cursor
from authserver.domain.audit_text import visible
from authserver.storage.audit_conditions import conditions
from authserver.storage.audit_content import NAME_MAX
from authserver.storage.audit_reading import moment, raw, rows_of
from authserver.storage.rows.audit import audit_records as records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row, Select

    from authserver.domain.audit_records import AuditQuery

    _Row: TypeAlias = Row[*tuple[Any, ...]]
    _Query: TypeAlias = Select[*tuple[Any, ...]]

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
    newest_first = (records.c.at.desc(), records.c.id.desc())
    narrowed = select(*_COLUMNS).where(*conditions(connection, query)).order_by(*newest_first)
    wanted = query.limit + 1
    if query.action:
        rows = _rows_of_actions(connection, narrowed, _actions(connection, query.action), wanted)
    else:
        rows = rows_of(connection, narrowed.limit(wanted))
    found = [_record(row) for row in rows[: query.limit]]
    has_more = len(rows) > query.limit
    return AuditPage(found, Cursor(found[-1].at, found[-1].record_id) if has_more else None)


def record_of(connection: Connection, record_id: int) -> AuditRecord | None:
    """One record by its id."""
    rows = rows_of(connection, select(*_COLUMNS).where(records.c.id == record_id))
    return _record(rows[0]) if rows else None


def _rows_of_actions(
    connection: Connection, narrowed: _Query, actions: Sequence[str], limit: int
) -> Sequence[_Row]:
    """The newest rows of several actions.

    Each action's rows stand in its index by time; those of several would have to be sorted, all
    of them. So each is asked for its newest, and the newest of these are taken.
    """
    rows: list[_Row] = []
    for action in actions:
        rows += rows_of(connection, narrowed.where(records.c.action == action).limit(limit))
    rows.sort(key=lambda row: (moment(row.at), row.id), reverse=True)
    return rows[:limit]


def _actions(connection: Connection, wanted: str) -> list[str]:
    """The action itself and those that have it as their leading parts, as far as there are any.

    There are dozens among millions of records: the index is asked for one after the other.
    """
    name = visible(wanted, NAME_MAX).removesuffix(".")
    found, last = [name], f"{name}."
    column = records.c.action
    while True:
        # In ASCII the slash follows the full stop.
        query: _Query = select(func.min(column)).where(column > last, column < f"{name}/")
        following = rows_of(connection, query)[0][0]
        if following is None or not following.isprintable():
            return found
        last = following
        found.append(last)


def _record(row: _Row) -> AuditRecord:
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
