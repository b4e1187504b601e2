"""How audit records get into their table: announced to the sealer first, many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from authserver.storage.audit_content import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg
    from sqlalchemy import Connection

WRITERS: Final = 0x6175_6469_7421
"""The advisory lock of PostgreSQL that writers share and the sealer takes alone."""

_POSTGRESQL: Final = "postgresql"
_CACHE_KIBIBYTES: Final = 32_000
_LOG_PAGES: Final = 4_000
_ENTER: Final = text(f"SELECT pg_advisory_xact_lock_shared({WRITERS})")
_COPY: Final = f"COPY audit_records ({', '.join(COLUMNS)}) FROM STDIN"
_COPY_FROM: Final = 10  # records: below that, COPY's own round trips cost more than it saves
_PLACEHOLDERS: Final = {"sqlite": "?", _POSTGRESQL: "%s"}
_INSERTS: Final = {
    dialect: f"INSERT INTO audit_records ({', '.join(COLUMNS)})"  # noqa: S608 - our own columns
    f" VALUES ({', '.join([placeholder] * len(COLUMNS))})"
    for dialect, placeholder in _PLACEHOLDERS.items()
}


def enter(connection: Connection) -> None:
    """Announce that this transaction writes audit records, before it draws their ids.

    On PostgreSQL ids do not commit in the order in which they were drawn. While anybody holds
    this lock, the sealer does not take the highest id for the end. SQLite has one writer anyway.
    """
    if connection.dialect.name == _POSTGRESQL:
        connection.execute(_ENTER)


def expect_many(connection: Connection) -> None:
    """Tell SQLite that this connection is the one that inserts records by the thousand.

    Its pages then stay in memory, and are written back to the file after many transactions, not
    after few: a third less work for each record, and a shorter hold on the write lock.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")


def insert(connection: Connection, contents: Sequence[tuple[object, ...]]) -> None:
    """Insert rows made by `content_of`, in their order."""
    dialect = connection.dialect.name
    if dialect == _POSTGRESQL and len(contents) >= _COPY_FROM:
        _copy(connection, contents)
    else:
        connection.exec_driver_sql(_INSERTS[dialect], list(contents))


def _copy(connection: Connection, contents: Sequence[tuple[object, ...]]) -> None:
    driver: psycopg.Connection[Any] | None = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("a connection of the pool without a driver's connection")
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for content in contents:
            copy.write_row(content)
