"""Pages by keyset: each begins behind the last row of the one before, found by an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BinaryExpression, Double, UnaryExpression, func, literal, select, tuple_
from sqlalchemy.sql.operators import custom_op, in_op

from authserver.domain.pages import Page, Place, check_limit
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeVar

    from sqlalchemy import Column, ColumnElement, Connection, Row, Select, Table, Tuple

    Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by: columns without NULLs, together different for every row.

    An index of the issuer and these columns has to exist.
    """

    columns: tuple[Column[Any], ...]

    def of(self, row: Row[Any]) -> Place:
        """Where a row stands."""
        named = row._mapping  # noqa: SLF001 - public in all but its name
        return Place(tuple(named[column] for column in self.columns))

    def is_from(self, place: Sequence[str | float], *, descending: bool) -> ColumnElement[bool]:
        """Whether a row stands there or behind."""
        here, there = tuple_(*self.columns), self._literal(place)
        return here <= there if descending else here >= there

    def is_behind(self, place: Sequence[str | float], *, descending: bool) -> ColumnElement[bool]:
        """Whether a row stands behind."""
        here, there = tuple_(*self.columns), self._literal(place)
        return here < there if descending else here > there

    def _literal(self, place: Sequence[str | float]) -> Tuple:
        return tuple_(*(literal(v, c.type) for v, c in zip(place, self.columns, strict=True)))


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a list: in which order, behind what, and how many."""

    order: Order
    descending: bool
    after: Place | None
    limit: int
    few: bool = False
    """Whether few rows are meant, by their ids: then they are sorted, and no index walked."""

    def rows(
        self, connection: Connection, query: Select[Any]
    ) -> tuple[Sequence[Row[Any]], Place | None]:
        """The rows of one page, and where the next one begins.

        Raises:
            InvalidField: the limit is none, or the place is another order's.
        """
        wanted = check_limit(self.limit) + 1
        columns = self.order.columns
        if self.after is not None:
            kinds = [float if isinstance(each.type, Double) else str for each in columns]
            values = self.after.fitting(*kinds)
            if not all(is_storable(value) for value in values if isinstance(value, str)):
                return [], None
            query = query.where(self.order.is_behind(values, descending=self.descending))
        walks = not self.few or connection.dialect.name != "sqlite"
        keys = columns if walks else [_beside_indexes(each) for each in columns]
        ordered = [each.desc() if self.descending else each.asc() for each in keys]
        rows = connection.execute(query.order_by(*ordered).limit(wanted)).all()
        if len(rows) < wanted:
            return rows, None
        return rows[:-1], self.order.of(rows[-2])

    def page(
        self, connection: Connection, query: Select[Any], made: Callable[[Row[Any]], Item]
    ) -> Page[Item]:
        """The same, as members of the list."""
        rows, following = self.rows(connection, query)
        return Page([made(row) for row in rows], following)


def are_named(conditions: Iterable[ColumnElement[bool]], key: Column[str]) -> bool:
    """Whether one of the conditions names the ids of all that are meant."""
    return any(
        isinstance(each, BinaryExpression) and each.operator is in_op and each.left is key
        for each in conditions
    )


def _beside_indexes(column: Column[Any]) -> ColumnElement[Any]:
    """The same value, of which no index of SQLite knows: it would rather walk one than sort ten."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def counted(
    connection: Connection,
    table: Table,
    conditions: Iterable[ColumnElement[bool]],
    at_most: int | None,
) -> int:
    """How many rows fit, as far as `at_most`: no more of them are looked at."""
    found = select(literal(1)).select_from(table).where(*conditions)
    if at_most is not None:
        found = found.limit(at_most)
    return connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()
