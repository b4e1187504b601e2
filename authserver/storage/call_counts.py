"""Counted calls: the `CallCountStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, func, select, type_coerce

from authserver.domain.call_counts import CallCount, CallField, CallKey, CallSum, hour_of
from authserver.domain.pages import Page, Place, check_limit
from authserver.storage.bounded_deletions import bounded_deletion
from authserver.storage.paging import Cut, Order
from authserver.storage.rows.call_counts import call_counts, caller_counts
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Row, Table

    from authserver.domain.call_counts import CallSearch

_OF_CALLERS: Final = frozenset({CallField.CLIENT, CallField.SUBJECT})


class CallCountRows(Store):
    """The counted calls of one transaction."""

    def total(self, wanted: CallSearch) -> int:
        """How many calls."""
        table = _table(wanted)
        query = select(_calls(table)).where(self._mine(table), *_asked(table, wanted))
        return int(self._connection.execute(query).scalar_one() or 0)

    def sums(
        self, wanted: CallSearch, by: Sequence[CallField], *, limit: int | None = None
    ) -> Sequence[CallSum]:
        """Parted by these fields, most calls first."""
        table = _table(wanted, by)
        parts = [table.c[each.value] for each in by]
        calls = _calls(table)
        query = (
            select(*parts, calls)
            .where(self._mine(table), *_asked(table, wanted))
            .group_by(*parts)
            .order_by(calls.desc(), *parts)
            .limit(None if limit is None else check_limit(limit))
        )
        return [CallSum(tuple(row[:-1]), int(row[-1])) for row in self._connection.execute(query)]

    def page(
        self,
        wanted: CallSearch,
        *,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[CallCount]:
        """The counts themselves, by hour."""
        table = caller_counts
        query = select(table).where(self._mine(table), *_asked(table, wanted))
        order = Order((table.c.hour, table.c.key))
        return Cut(order, descending, after, limit).page(self._connection, query, _count)

    def prune(self, before: float, limit: int) -> int:
        """Remove at most `limit` counts of hours before; how many there were."""
        removed = 0
        for table in (call_counts, caller_counts):
            doomed = bounded_deletion(
                self._connection, table, limit - removed, table.c.hour < hour_of(before)
            )
            removed += self._connection.execute(doomed).rowcount
        return removed


def _table(wanted: CallSearch, by: Iterable[CallField] = ()) -> Table:
    asks = wanted.client_id is not None or wanted.subject is not None
    return caller_counts if asks or _OF_CALLERS.intersection(by) else call_counts


def _calls(table: Table) -> ColumnElement[Any]:
    # A sum of whole numbers is a decimal in PostgreSQL.
    return type_coerce(func.sum(table.c.calls), BigInteger).label("sum_of_calls")


def _asked(table: Table, wanted: CallSearch) -> Iterator[ColumnElement[bool]]:
    columns = table.c
    if wanted.since is not None:
        yield columns.hour >= wanted.since
    if wanted.until is not None:
        yield columns.hour < wanted.until
    if wanted.ways is not None:
        yield columns.way.in_(sorted(wanted.ways))
    for name in ("resource", "outcome", "reason", "client_id", "subject"):
        value = getattr(wanted, name)
        if value is not None:
            # Nothing that no row can hold was ever counted.
            yield columns[name] == value if is_storable(value) else columns.calls < 0


def _count(row: Row[Any]) -> CallCount:
    named = row._asdict()
    return CallCount(CallKey(**{name: named[name] for name in CallKey._fields}), row.calls)
