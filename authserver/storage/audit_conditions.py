"""What a search asks of each audit record: every condition has its index, or is common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, or_, select, text, tuple_

from authserver.domain.audit import Outcome
from authserver.domain.audit_text import visible
from authserver.storage.audit_content import HANDLE_MAX, NAME_MAX
from authserver.storage.rows.audit import NO_DECISION, NO_SUCCESS, audit_records
from authserver.storage.rows.resources import resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection

    from authserver.domain.audit_records import AuditQuery

DECISION: Final = "decision"
"""The kind of object whose ids are those of its requests."""
_REASON_MAX: Final = 64 * 1024
_FEW: Final = 1000
"""Up to so many records are named one by one. More stand close to each other in the order of
time, so that a page is full before many others were looked at."""
_COLUMNS: Final = audit_records.c


def conditions(connection: Connection, query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    """Of one page: all of them must hold."""
    yield from _equal(query)
    yield from _of_object(connection, query)
    if query.resource:
        names = _names_of_resource(connection, query.resource)
        yield _few_or_many(
            connection,
            [and_(_COLUMNS.resource == name, text("resource <> ''")) for name in names],
            _unindexed(_COLUMNS.resource).in_(names),
        )
    if query.reason:
        yield _of_reason(connection, visible(query.reason, _REASON_MAX))
    if query.outcome is not None:
        is_it = _COLUMNS.outcome == query.outcome.value
        yield is_it if query.outcome is Outcome.SUCCESS else and_(is_it, NO_SUCCESS)
    yield from _in_time(query)


def _equal(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (_COLUMNS.actor, query.actor),
        (_COLUMNS.client_id, query.client_id),
        (_COLUMNS.request_id, query.request_id),
        (_COLUMNS.token_id, query.token_id),
    ):
        if value:
            yield column == visible(value, HANDLE_MAX)
            if column is not _COLUMNS.actor:
                # Said again, so that the planner may use the index of those that have it filled.
                yield column != ""


def _in_time(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    if query.since is not None:
        yield _COLUMNS.at >= query.since
    if query.until is not None:
        yield _COLUMNS.at < query.until
    if query.before is not None:
        place = tuple_(_COLUMNS.at, _COLUMNS.id)
        yield place < tuple_(query.before.at, query.before.record_id)


def _of_object(connection: Connection, query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    kind = visible(query.object_kind, NAME_MAX)
    if kind:
        yield _COLUMNS.object_kind == kind
    if not query.object_id:
        return
    is_it = _COLUMNS.object_id == visible(query.object_id, HANDLE_MAX)
    as_decision = and_(
        is_it,
        _COLUMNS.request_id == visible(query.object_id, HANDLE_MAX),
        text("request_id <> ''"),
    )
    as_other = and_(is_it, NO_DECISION)
    if kind == DECISION:
        yield as_decision
    elif kind:
        yield as_other
    else:
        yield _few_or_many(connection, [as_decision, as_other], is_it)


def _names_of_resource(connection: Connection, handle: str) -> Sequence[str]:
    """What was asked for, and what else a record may call the same resource.

    Acts of administration hold the name, tokens the identifier (their audience).
    """
    asked = visible(handle, HANDLE_MAX)
    either = or_(resources.c.name == asked, resources.c.identifier == asked)
    known = connection.execute(select(resources.c.name, resources.c.identifier).where(either))
    return sorted({asked, *(name for row in known for name in row)})


def _of_reason(connection: Connection, reason: str) -> ColumnElement[bool]:
    def said(column: ColumnElement[str]) -> Sequence[ColumnElement[bool]]:
        # In ASCII the exclamation mark follows the space.
        return column == reason, and_(column >= f"{reason}: ", column < f"{reason}:!")

    return _few_or_many(
        connection,
        [and_(each, text("reason <> ''")) for each in said(_COLUMNS.reason)],
        or_(*said(_unindexed(_COLUMNS.reason))),
    )


def _few_or_many(
    connection: Connection,
    ways: Sequence[ColumnElement[bool]],
    otherwise: ColumnElement[bool],
) -> ColumnElement[bool]:
    """The records themselves where they are few, found by the indexes of `ways`."""
    found: set[int] = set()
    for way in ways:
        found.update(connection.scalars(select(_COLUMNS.id).where(way).limit(_FEW + 1)))
        if len(found) > _FEW:
            return otherwise
    return _COLUMNS.id.in_(sorted(found))


def _unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same, but no index has it: those that have would have to be sorted, all of them."""
    return column.concat("")
