"""Transactions over one engine: the `Database` port."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from sqlalchemy import text

from authserver.storage.access import ACCESS, READING, REPEATABLE, WRITING
from authserver.storage.outages import translated
from authserver.storage.rows.metadata import DEFAULT_ISSUER
from authserver.storage.stores import SqlStores
from authserver.storage.transactions import Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Engine

    from authserver.domain.audit_key_ports import ChainKeys


class SqlDatabase:
    """The stores of one issuer on one engine. Safe to share between threads.

    Each block takes a connection of its own from a bounded pool: a block inside another one can
    wait for itself, so never nest them. `aside` makes a context in which this thread mostly waits,
    so that another may work; every block is in one.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        issuer_id: int = DEFAULT_ISSUER,
        chain_keys: ChainKeys | None = None,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Work on a prepared engine (`make_engine`, or the Flask binding's)."""
        self.engine = engine
        self._chain_keys = chain_keys
        self._issuer_id = issuer_id
        self.aside = aside
        reading: dict[str, object] = {ACCESS: READING}
        if engine.dialect.name == "postgresql":
            reading |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._readers = engine.execution_options(**reading)
        self._writers = engine.execution_options(**{ACCESS: WRITING})
        self._repeaters = engine.execution_options(**{ACCESS: REPEATABLE})

    @contextmanager
    def reading(self) -> Iterator[SqlStores]:
        """A consistent read: everything in the block sees one state of the database.

        Raises:
            StorageUnavailable: the database cannot answer now.
        """
        with self.aside(), self.connection_for_reading() as connection:
            yield SqlStores(
                Transaction(connection, self._issuer_id, writing=False), self._chain_keys
            )

    @contextmanager
    def writing(self) -> Iterator[SqlStores]:
        """A write: committed durably when the block ends, rolled back when it raises.

        SQLite's write lock is taken at the start. When the commit itself fails, the write may or
        may not have happened; it is never sent a second time. Audit records are written last.

        Raises:
            StorageUnavailable: the database cannot answer now.
        """
        with self.aside(), self.connection_for_writing() as connection:
            stores = SqlStores(
                Transaction(connection, self._issuer_id, writing=True), self._chain_keys
            )
            yield stores
            stores.audit.write()

    @contextmanager
    def connection_for_reading(self) -> Iterator[Connection]:
        """The connection of a reading transaction, for storage code without a store."""
        # Begins with the first statement; closing rolls back, for there is nothing to commit.
        with translated(writing=False), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def connection_for_writing(self) -> Iterator[Connection]:
        """The connection of a writing transaction, for storage code without a store."""
        with translated(writing=True), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def connection_for_repeating(self) -> Iterator[Connection]:
        """Like `connection_for_writing`, for what is done again if a power cut undoes it.

        It holds its locks shorter: nobody waits for the disk.
        """
        with translated(writing=True), self._repeaters.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL synchronous_commit = off"))
            yield connection

    def close(self) -> None:
        """Close the connections that are not in use."""
        self.engine.dispose()
