"""SQLite: one file, write-ahead log, durable commits, one writer at a time."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from sqlalchemy import URL, event

from authserver.domain.errors import StorageUnavailable
from authserver.storage.access import READING, REPEATABLE, access_of
from authserver.storage.outages import PRIMARY_CODE

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FILE_MODE: Final = 0o600
"""The file and its log hold digests and sealed keys: nobody else's business."""

LOOK_MILLISECONDS: Final = 3
"""SQLite looks for its lock after 0, 1 and 3 ms; then we ask it to begin again."""


def file_url(url: URL) -> URL:
    """The same file, absolute, and opened only where it exists already.

    A path mistyped in the settings must not come up as a new, empty database.
    """
    path = os.path.abspath(file_path(url))  # noqa: PTH100 - resolve() would follow links
    return URL.create(
        "sqlite+pysqlite",
        database="file:" + quote(path),
        query={"mode": "rw", "uri": "true"},
    )


def file_path(url: URL) -> str:
    """The path in a URL, whether plain or in SQLite's own URI form."""
    database = url.database or ""
    if "uri" in url.query:
        return unquote(database.removeprefix("file:"))
    return database


def create_file(url: URL) -> None:
    """Make the empty file for its owner only; an existing one stays as it is.

    SQLite gives the write-ahead log the mode of its database.

    Raises:
        StorageUnavailable: the folder is missing, closed to us, or full.
    """
    try:
        descriptor = os.open(
            file_path(url), os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, FILE_MODE
        )
    except FileExistsError:
        return
    except OSError as error:
        raise StorageUnavailable(f"{error.filename}: {error.strerror}") from error
    os.close(descriptor)


def connect_arguments(busy: float) -> dict[str, Any]:
    """Arguments of `sqlite3.connect`; `busy` is the wait for a lock in seconds."""
    return {"timeout": busy, "check_same_thread": False}


def register(engine: Engine) -> None:
    """Set the pragmas of new connections and begin transactions ourselves."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # Python must not begin transactions by itself: it would begin them late and deferred.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _on_begin(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    access = access_of(connection)
    if access == READING:
        driver.execute("PRAGMA query_only = ON")
        driver.execute("BEGIN")
    else:
        driver.execute("PRAGMA query_only = OFF")
        # NORMAL leaves the wait for the disk to the next firm commit or checkpoint.
        driver.execute(f"PRAGMA synchronous = {'NORMAL' if access == REPEATABLE else 'FULL'}")
        _take_write_lock(driver)


def _take_write_lock(driver: sqlite3.Connection) -> None:
    # Not a deferred BEGIN: a transaction that turns into a write can fail at once, whatever the
    # timeout. And not SQLite's own wait either: it looks less and less often, at last every
    # 100 ms, and a process that writes in a row without pause would starve it.
    (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute(f"PRAGMA busy_timeout = {LOOK_MILLISECONDS}")
    try:
        for attempt in range(patience // LOOK_MILLISECONDS, -1, -1):
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & PRIMARY_CODE != sqlite3.SQLITE_BUSY or attempt == 0:
                    raise
            else:
                return
    finally:
        driver.execute(f"PRAGMA busy_timeout = {patience}")
