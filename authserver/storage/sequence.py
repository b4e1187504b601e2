"""The one question that every worker asks twenty times a second, on a connection of its own."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.authority import Position
from authserver.storage.outages import translated
from authserver.storage.rows.metadata import DEFAULT_ISSUER

if TYPE_CHECKING:
    from sqlalchemy import Engine, PoolProxiedConnection

SQLITE_QUESTION: Final = """
SELECT authority.seq, stamp
FROM authority LEFT JOIN authority_changes USING (issuer_id, seq)
WHERE issuer_id = ?
"""
POSTGRESQL_QUESTION: Final = SQLITE_QUESTION.replace("?", "%s")


class SequenceReader:
    """Satisfies `authserver.domain.storage_ports.SequenceReader`: where the authority stands.

    It bypasses the pool, so that busy request threads never make the poller wait, and everything
    between it and the driver: one statement, outside a transaction, prepared on PostgreSQL.
    Safe to share between threads. The caller closes it.
    """

    def __init__(self, engine: Engine, *, issuer_id: int = DEFAULT_ISSUER) -> None:
        """Connect like `engine` does, at the first question."""
        self._pool = engine.pool.recreate()
        self._issuer_id = issuer_id
        self._connection: PoolProxiedConnection | None = None
        self._lock = threading.Lock()

    def position(self) -> Position:
        """Where the sequence stands now. A connection that died meanwhile is replaced once.

        Raises:
            StorageUnavailable: the database cannot answer now.
        """
        with self._lock, translated(writing=False):
            if self._connection is not None:
                try:
                    return self._ask(self._connection)
                except Exception:  # noqa: BLE001 - whatever it was, a new connection decides
                    self._drop()
            try:
                self._connection = self._connect()
                return self._ask(self._connection)
            except Exception:
                self._drop()
                raise

    def close(self) -> None:
        """Close the connection; the next question would make a new one."""
        with self._lock:
            self._drop()

    def _connect(self) -> PoolProxiedConnection:
        connection = self._pool.connect()
        # It never goes back: its settings are its own.
        connection.detach()
        driver: Any = connection.dbapi_connection
        if not isinstance(driver, sqlite3.Connection):
            driver.autocommit = True
        return connection

    def _ask(self, connection: PoolProxiedConnection) -> Position:
        driver: Any = connection.dbapi_connection
        if isinstance(driver, sqlite3.Connection):
            rows = driver.execute(SQLITE_QUESTION, (self._issuer_id,)).fetchall()
        else:
            rows = driver.execute(POSTGRESQL_QUESTION, (self._issuer_id,), prepare=True).fetchall()
        seq, stamp = rows[0]
        return Position(seq=seq, stamp=stamp or "")

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
