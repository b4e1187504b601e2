"""Reading audit tables that somebody may have tampered with.

SQLite keeps any value in any column. A reader that stumbles over one would hide what was done,
so values come raw, and what has the wrong type is replaced by something that matches nothing.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, type_coerce
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import NULLTYPE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row, Select


def raw(table: Table, *names: str) -> list[ColumnElement[Any]]:
    """The columns of those names (none given: all), read without SQLAlchemy's conversions."""
    columns = [table.c[name] for name in names] or list(table.columns)
    return [type_coerce(column, NULLTYPE).label(column.name) for column in columns]


def rows_of(
    connection: Connection, query: Select[*tuple[Any, ...]]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of a query, also when SQLite holds bytes in them that are no UTF-8.

    Such bytes come back as lone surrogates: they fail every comparison instead of the reader.
    """
    try:
        return connection.execute(query).all()
    except OperationalError as problem:
        driver = connection.connection.driver_connection
        if not isinstance(driver, sqlite3.Connection) or _is_of_sqlite(problem):
            raise
    driver.text_factory = _forgiving
    try:
        return connection.execute(query).all()
    finally:
        driver.text_factory = str


def whole(value: object) -> int:
    """A whole number, or -1."""
    return value if isinstance(value, int) else -1


def moment(value: object) -> float:
    """A time in seconds, or 0."""
    return float(value) if isinstance(value, int | float) else 0.0


def octets(value: object) -> bytes:
    """Bytes, or none."""
    return value if isinstance(value, bytes) else b""


def words(value: object) -> str:
    """A text, or none."""
    return value if isinstance(value, str) else ""


def _is_of_sqlite(problem: OperationalError) -> bool:
    """Whether the library reported the error; Python's own conversion leaves no code."""
    return getattr(problem.orig, "sqlite_errorcode", None) is not None


def _forgiving(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
