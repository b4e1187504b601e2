"""Which errors mean "storage cannot answer now", and which are somebody's mistake."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from authserver.domain.errors import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

SQLITE_OUTAGES: Final = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_NOTADB,
    }
)
"""Primary result codes. The others (no such table, constraint, misuse) are mistakes."""

PRIMARY_CODE: Final = 0xFF
"""The part of an extended result code that is the primary one."""

POSTGRESQL_OUTAGES: Final = (
    "08",  # connection exception
    "28",  # the server no longer lets us in
    "3D000",  # no such database
    "40",  # rolled back: serialization failure, deadlock
    "53",  # insufficient resources: disk full, out of memory, too many connections
    "55P03",  # lock not available
    "57",  # operator intervention: shutdown, statement timeout
    "58",  # system error: I/O
    "25P03",  # idle in transaction for too long
    "XX",  # internal error, corrupted data
)
POSTGRESQL_READ_ONLY: Final = "25006"


def as_outage(error: BaseException, *, writing: bool) -> StorageUnavailable | None:
    """Translate an error of SQLAlchemy or a driver; `None` when it is no outage.

    A refused write is an outage in a writing transaction (full disk, standby server) and a
    mistake in a reading one.
    """
    if isinstance(error, PoolTimeoutError):
        return StorageUnavailable("every database connection of this process is in use")
    cause: BaseException | None = error
    if isinstance(error, DBAPIError):
        cause = error.orig
        if error.connection_invalidated:
            return StorageUnavailable(f"the database connection was lost: {_first_line(cause)}")
    if isinstance(cause, sqlite3.Error):
        return _sqlite_outage(cause, writing=writing)
    if isinstance(cause, psycopg.Error):
        return _postgresql_outage(cause, writing=writing)
    return None


@contextmanager
def translated(*, writing: bool) -> Iterator[None]:
    """Let outages out as `StorageUnavailable`, everything else as it is."""
    try:
        yield
    except Exception as error:
        outage = as_outage(error, writing=writing)
        if outage is None:
            raise
        raise outage from error


def _sqlite_outage(error: sqlite3.Error, *, writing: bool) -> StorageUnavailable | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None or code & PRIMARY_CODE not in SQLITE_OUTAGES:
        return None
    if code == sqlite3.SQLITE_READONLY and not writing:
        return None
    return StorageUnavailable(f"{error.sqlite_errorname}: {_first_line(error)}")


def _postgresql_outage(error: psycopg.Error, *, writing: bool) -> StorageUnavailable | None:
    state = error.sqlstate
    if state is None:
        # Errors that the server did not send: no connection, or none any more.
        if isinstance(error, psycopg.OperationalError):
            return StorageUnavailable(f"no database connection: {_first_line(error)}")
        return None
    if state.startswith(POSTGRESQL_OUTAGES) or (state == POSTGRESQL_READ_ONLY and writing):
        return StorageUnavailable(f"{state}: {_first_line(error)}")
    return None


def _first_line(error: BaseException | None) -> str:
    # The lines after the first may quote values.
    return str(error).strip().partition("\n")[0]
