"""DELETE with a limit, which neither back-end has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, literal_column, select, tuple_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Delete, Select, Table


def bounded_deletion(
    connection: Connection,
    table: Table,
    limit: int,
    *conditions: ColumnElement[bool],
    order_by: ColumnElement[Any] | None = None,
) -> Delete:
    """The statement that deletes at most `limit` rows for which the conditions hold."""
    if connection.dialect.name == "sqlite":
        # By row id: SQLite would look for a compound key by its first column alone.
        rowid: ColumnElement[int] = literal_column("rowid")
        return delete(table).where(rowid.in_(_chosen(table, [rowid], limit, conditions, order_by)))
    # A common table expression that locks is evaluated once, so that the limit holds. Rows that
    # somebody else has locked (a failure being counted) are left for the next time.
    keys = list(table.primary_key.columns)
    chosen = _chosen(table, keys, limit, conditions, order_by)
    doomed = chosen.with_for_update(skip_locked=True, of=table).cte("doomed")
    return delete(table).where(tuple_(*keys).in_(select(*doomed.columns)))


def _chosen(
    table: Table,
    keys: Sequence[ColumnElement[Any]],
    limit: int,
    conditions: Sequence[ColumnElement[bool]],
    order_by: ColumnElement[Any] | None,
) -> Select[Any]:
    chosen = select(*keys).select_from(table).where(*conditions).limit(limit)
    return chosen if order_by is None else chosen.order_by(order_by)
