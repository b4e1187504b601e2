"""Counted calls: the `CallCountStore` port."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, func, select, type_coerce, union_all

from authserver.domain.call_counts import (
    CallCount,
    CallField,
    CallKey,
    CallSum,
    CallTotal,
    hour_of,
)
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
_RAREST: Final = ("subject", "client_id", "reason", "ways", "outcome", "resource")
"""By what a question is asked first, as far as it says: the others leave more rows over."""
_ORDER: Final = Order((caller_counts.c.hour, caller_counts.c.key))


class CallCountRows(Store):
    """The counted calls of one transaction."""

    def total(self, wanted: CallSearch, *, at_most: int | None = None) -> CallTotal:
        """How many calls; of more than `at_most` counts those of so many: there are more then."""
        table = _table(wanted)
        found = [
            # The newest: an order makes the planner take the index of the kind.
            select(table.c.calls)
            .where(self._mine(table), *_asked(table, each))
            .order_by(table.c.hour.desc())
            .limit(None if at_most is None else at_most + 1)
            .subquery()
            for each in _one_by_one(wanted)
        ]
        if not found:
            return CallTotal(0)
        every = union_all(*(select(each.c.calls) for each in found))
        looked_at = every.limit(None if at_most is None else at_most + 1).subquery()
        each = looked_at.c.calls
        query = select(func.count(), _calls(each), func.min(each))
        counts, calls, fewest = self._connection.execute(query).one()
        if at_most is None or counts <= at_most:
            return CallTotal(int(calls or 0))
        # With the last one it could be all of them, and there would be no more.
        return CallTotal(int(calls) - fewest, is_whole=False)

    def sums(
        self, wanted: CallSearch, by: Sequence[CallField], *, limit: int | None = None
    ) -> Sequence[CallSum]:
        """Parted by these fields, most calls first."""
        table = _table(wanted, by)
        parts = [table.c[each.value] for each in by]
        calls = _calls(table.c.calls)
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
        if _first(wanted):
            hours = self._hours(wanted, check_limit(limit), descending=descending, after=after)
            query = query.where(table.c.hour.in_(hours))
        return Cut(_ORDER, descending, after, limit).page(self._connection, query, _count)

    def _hours(
        self, wanted: CallSearch, limit: int, *, descending: bool, after: Place | None
    ) -> Sequence[float]:
        """In which hours to look for a page. Without callers the smaller table tells.

        Each of its counts has a caller at least, so that one more of them than fit is enough.
        """
        table = _table(wanted)
        hour = table.c.hour
        asked = [self._mine(table)]
        begun: list[float] = []
        if after is not None:
            # Of the hour where the page before ended nobody knows how much is left.
            begun.append(float(after.fitting(float, str)[0]))
            asked.append(hour < begun[0] if descending else hour > begun[0])
        order = hour.desc() if descending else hour.asc()
        found = [
            select(hour)
            .where(*asked, *_asked(table, each))
            .order_by(order)
            .limit(limit + 1)
            .subquery()
            for each in _one_by_one(wanted)
        ]
        if not found:
            return []
        hours = union_all(*(select(each.c.hour) for each in found)).subquery()
        order = hours.c.hour.desc() if descending else hours.c.hour.asc()
        query = select(hours.c.hour).order_by(order).limit(limit + 1)
        return sorted({*begun, *self._connection.scalars(query)})

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


def _one_by_one(wanted: CallSearch) -> Sequence[CallSearch]:
    """The same calls, by each way alone: of several an index would give no order."""
    if wanted.ways is None or _table(wanted) is not call_counts:
        return [wanted]
    return [replace(wanted, ways=frozenset({way})) for way in sorted(wanted.ways)]


def _first(wanted: CallSearch) -> str:
    """The field whose index is to be used, empty for none. Callers that nobody knows are many."""
    said = [each for each in _RAREST if getattr(wanted, each) is not None]
    known = [each for each in said if getattr(wanted, each) != ""]
    return next(iter((*known, *said)), "")


def _calls(column: ColumnElement[int]) -> ColumnElement[Any]:
    # A sum of whole numbers is a decimal in PostgreSQL.
    return type_coerce(func.sum(column), BigInteger).label("sum_of_calls")


def _asked(table: Table, wanted: CallSearch) -> Iterator[ColumnElement[bool]]:
    columns = table.c
    if wanted.since is not None:
        yield columns.hour >= wanted.since
    if wanted.until is not None:
        yield columns.hour < wanted.until
    first = _first(wanted)
    if wanted.ways is not None:
        way = columns.way if first == "ways" else _unindexed(columns.way)
        yield way.in_(sorted(wanted.ways))
    for name in ("resource", "outcome", "reason", "client_id", "subject"):
        value = getattr(wanted, name)
        if value is not None:
            column = columns[name] if first == name else _unindexed(columns[name])
            # Nothing that no row can hold was ever counted.
            yield column == value if is_storable(value) else columns.calls < 0


def _unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same, but no index has it: how rare a value is no planner of SQLite knows."""
    return column.concat("")


def _count(row: Row[Any]) -> CallCount:
    named = row._asdict()
    return CallCount(CallKey(**{name: named[name] for name in CallKey._fields}), row.calls)
