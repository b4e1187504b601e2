"""Migrated, empty databases for tests: migrated once, then copied."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psycopg

from authserver.storage.database import SqlDatabase
from authserver.storage.engines import EngineOptions, make_engine
from authserver.storage.schema import upgrade
from tests.clusters import OWNER, PostgresCluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPTIONS: Final = EngineOptions(pool_size=12)
"""Enough connections for tests that race with threads."""

FINGERPRINT: Final = """
SELECT (SELECT (count(*), max(oid))::text FROM pg_class),
       (SELECT count(*) FROM pg_attribute),
       (SELECT (count(*), max(oid))::text FROM pg_constraint),
       (SELECT (count(*), max(oid))::text FROM pg_trigger),
       (SELECT (count(*), max(oid))::text FROM pg_proc)
"""
"""Changes when anything about the schema does."""

TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"

RESTART_SEQUENCES: Final = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences
"""


@contextmanager
def opened(url: str, options: EngineOptions = OPTIONS) -> Iterator[SqlDatabase]:
    """A database object whose connections are closed in the end."""
    database = SqlDatabase(make_engine(url, options))
    try:
        yield database
    finally:
        database.close()


class SqliteDatabases:
    """Migrates one file and copies it."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        upgrade(f"sqlite:///{self._template}")

    def copy_to(self, path: Path) -> str:
        """A new database at `path`; its URL."""
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"


class PostgresDatabases:
    """One cluster, one migrated template, and clones that are emptied and used again.

    A clone takes 50 ms to make and 30 ms to drop, emptying one takes a tenth of that, on a
    connection that is kept: a new one has every table to look up. A clone whose schema a test has
    changed is dropped.
    """

    def __init__(self) -> None:
        self.cluster = PostgresCluster()
        try:
            self.cluster.execute(f"CREATE DATABASE template OWNER {OWNER}")
            upgrade(self.cluster.url("template"))
            with psycopg.connect(self.cluster.dsn("template")) as connection:
                self._tables = [row[0] for row in connection.execute(TABLES)]
                self._fingerprint = connection.execute(FINGERPRINT).fetchone()
                self._seeds = {name: _dump(connection, name) for name in self._tables}
        except BaseException:
            self.cluster.remove()
            raise
        self._made = 0
        self._idle: list[str] = []
        self._keepers: dict[str, psycopg.Connection[tuple[object, ...]]] = {}

    def remove(self) -> None:
        """End the cluster, and all connections to it."""
        for keeper in self._keepers.values():
            keeper.close()
        self.cluster.remove()

    def take(self) -> str:
        """The name of a migrated, empty database that nobody else uses."""
        if self._idle:
            return self._idle.pop()
        self._made += 1
        name = f"test_{self._made}"
        self.cluster.execute(f"CREATE DATABASE {name} TEMPLATE template OWNER {OWNER}")
        return name

    def give_back(self, name: str) -> None:
        """Empty it, whoever is still connected, or drop it when its schema was changed."""
        connection = self._keeper(name)
        with connection.transaction():
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            as_made = connection.execute(FINGERPRINT).fetchone() == self._fingerprint
            if as_made:
                self._empty(connection)
        if as_made:
            self._idle.append(name)
        else:
            self._keepers.pop(name).close()
            self.cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _keeper(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        """The connection that empties a clone; it waits beside those of the tests."""
        if name not in self._keepers:
            dsn = self.cluster.dsn(name)
            self._keepers[name] = psycopg.connect(dsn, autocommit=True)
        return self._keepers[name]

    def _empty(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        # Foreign keys and triggers sleep, so that the order of the tables does not matter.
        connection.execute("SET LOCAL session_replication_role = replica")
        deletions = "; ".join(f'DELETE FROM "{name}"' for name in self._tables)
        connection.execute(deletions.encode())
        for name, rows in self._seeds.items():
            if rows:
                with connection.cursor().copy(f'COPY "{name}" FROM STDIN'.encode()) as copy:
                    copy.write(rows)
        connection.execute(RESTART_SEQUENCES)


def _dump(connection: psycopg.Connection[tuple[object, ...]], table: str) -> bytes:
    with connection.cursor().copy(f'COPY "{table}" TO STDOUT'.encode()) as copy:
        return b"".join(bytes(part) for part in copy)
