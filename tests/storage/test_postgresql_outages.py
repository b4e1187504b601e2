"""Trouble on PostgreSQL comes out as `StorageUnavailable`, and goes away by itself."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from authserver.domain.errors import StorageUnavailable
from authserver.storage.engines import EngineOptions
from authserver.storage.schema import upgrade
from authserver.storage.sequence import SequenceReader
from tests.databases import PostgresDatabases, opened
from tests.storage.examples import client

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase
    from tests.clusters import PostgresCluster


def read(database: SqlDatabase) -> int:
    with database.reading() as stores:
        return stores.authority.position().seq


def write(database: SqlDatabase, client_id: str) -> None:
    with database.writing() as stores:
        stores.clients.add(client(client_id))


def run(database: SqlDatabase, *statements: str) -> None:
    with database.connection_for_writing() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize("by", ["url", "tcp_url"])
def test_a_stopped_server_is_an_outage_until_it_is_back(
    postgres_cluster: PostgresCluster, by: str
) -> None:
    postgres_cluster.execute("CREATE DATABASE own OWNER authserver")
    url: str = getattr(postgres_cluster, by)("own")
    upgrade(url)
    with opened(url) as database:
        reader = SequenceReader(database.engine)
        write(database, "before")
        assert read(database) == reader.position().seq == 0
        postgres_cluster.stop()
        for _ in range(2):
            with pytest.raises(StorageUnavailable, match="no database connection"):
                read(database)
            with pytest.raises(StorageUnavailable, match="no database connection"):
                write(database, "lost")
            with pytest.raises(StorageUnavailable, match="no database connection"):
                reader.position()
        postgres_cluster.start()
        assert read(database) == reader.position().seq == 0
        write(database, "after")
        reader.close()


def test_a_restart_between_two_requests_is_not_noticed(
    postgres_cluster: PostgresCluster,
) -> None:
    postgres_cluster.execute("CREATE DATABASE own OWNER authserver")
    upgrade(postgres_cluster.url("own"))
    with opened(postgres_cluster.url("own")) as database:
        reader = SequenceReader(database.engine)
        read(database)
        reader.position()
        for number in range(3):
            postgres_cluster.stop()
            postgres_cluster.start()
            # Neither the dead connection of the pool nor a ping: nothing fails.
            write(database, f"client-{number}")
            assert read(database) == reader.position().seq == 0
        reader.close()


def test_a_server_that_hangs_is_an_outage_for_new_connections(
    postgres_cluster: PostgresCluster,
) -> None:
    postgres_cluster.execute("CREATE DATABASE own OWNER authserver")
    url = postgres_cluster.tcp_url("own")
    upgrade(url)
    os.kill(postgres_cluster.pid, signal.SIGSTOP)
    try:
        with (
            opened(url, EngineOptions(connect=2)) as database,
            pytest.raises(StorageUnavailable, match="timeout"),
        ):
            read(database)
    finally:
        os.kill(postgres_cluster.pid, signal.SIGCONT)
    with opened(url) as database:
        assert read(database) == 0


def test_a_connection_that_an_administrator_ends_costs_one_transaction(
    postgresql_database: SqlDatabase,
) -> None:
    def suicide() -> None:
        run(postgresql_database, "SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(StorageUnavailable, match="connection was lost"):
        suicide()
    assert read(postgresql_database) == 0


def test_a_statement_that_takes_too_long_is_an_outage(postgresql_url: str) -> None:
    with opened(postgresql_url, EngineOptions(statement=0.05)) as database:
        with pytest.raises(StorageUnavailable, match="57014"):
            run(database, "SELECT pg_sleep(10)")
        assert read(database) == 0


def test_a_lock_held_too_long_is_an_outage(postgresql_url: str) -> None:
    with (
        opened(postgresql_url) as holder,
        opened(postgresql_url, EngineOptions(lock=0.05)) as database,
    ):
        with holder.connection_for_writing() as connection:
            connection.execute(text("LOCK TABLE clients IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(StorageUnavailable, match="55P03"):
                write(database, "ci-reader")
        write(database, "ci-reader")


def test_a_transaction_left_idle_too_long_is_an_outage(postgresql_url: str) -> None:
    def dawdle(database: SqlDatabase) -> None:
        with database.connection_for_writing() as connection:
            connection.execute(text("SELECT 1"))
            with opened(postgresql_url) as watcher, watcher.connection_for_reading() as watching:
                ended = text(
                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
                    " AND datname = current_database() AND pid <> pg_backend_pid()"
                )
                while watching.execute(ended).scalar_one():
                    watching.execute(text("SELECT pg_stat_clear_snapshot()"))
            connection.execute(text("SELECT 1"))

    with opened(postgresql_url, EngineOptions(idle_transaction=0.05)) as database:
        with pytest.raises(StorageUnavailable, match=r"connection was lost|25P03"):
            dawdle(database)
        assert read(database) == 0


@pytest.mark.parametrize(
    ("state", "outage"),
    [
        ("40001", True),
        ("40P01", True),
        ("53100", True),
        ("53300", True),
        ("57P03", True),
        ("58030", True),
        ("XX001", True),
        ("25006", True),
        ("22P02", False),
        ("23514", False),
        ("42501", False),
        ("54000", False),
        ("P0001", False),
    ],
)
def test_what_the_server_says_decides(
    postgresql_database: SqlDatabase,
    state: str,
    outage: bool,  # noqa: FBT001 - a table of cases
) -> None:
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(StorageUnavailable if outage else Exception, match="made up") as caught:
        run(postgresql_database, statement)
    assert isinstance(caught.value, StorageUnavailable) is outage


def test_a_standby_takes_no_writes(postgresql_database: SqlDatabase) -> None:
    run(postgresql_database, "SET SESSION default_transaction_read_only = on")
    with pytest.raises(StorageUnavailable, match="25006"):
        write(postgresql_database, "ci-reader")


def test_the_server_knows_who_is_connected_and_for_how_long(
    postgresql_database: SqlDatabase,
) -> None:
    names = ("application_name", "statement_timeout", "lock_timeout")
    with postgresql_database.connection_for_reading() as connection:
        shown = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]
        isolation = connection.execute(text("SHOW transaction_isolation")).scalar_one()
        read_only = connection.execute(text("SHOW transaction_read_only")).scalar_one()
    assert shown == ["authserver", "5s", "3s"]
    assert (isolation, read_only) == ("repeatable read", "on")
    with postgresql_database.connection_for_writing() as connection:
        isolation = connection.execute(text("SHOW transaction_isolation")).scalar_one()
        read_only = connection.execute(text("SHOW transaction_read_only")).scalar_one()
    assert (isolation, read_only) == ("read committed", "off")


def test_what_the_url_says_wins(postgresql_url: str) -> None:
    own = "&application_name=mine&options=-c%20statement_timeout%3D1234"
    with opened(postgresql_url + own) as database, database.connection_for_reading() as connection:
        shown = [
            connection.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("application_name", "statement_timeout", "lock_timeout")
        ]
    assert shown == ["mine", "1234ms", "3s"]


def test_a_database_that_does_not_exist_is_an_outage(
    postgres_databases: PostgresDatabases,
) -> None:
    with (
        opened(postgres_databases.cluster.url("no_such_database")) as database,
        pytest.raises(StorageUnavailable, match="no database connection"),
    ):
        read(database)


def test_a_wrong_password_is_an_outage_that_does_not_show_it(
    postgres_databases: PostgresDatabases,
) -> None:
    url = postgres_databases.cluster.tcp_url("template").replace("loopback-only", "guess-1234")
    with opened(url) as database, pytest.raises(StorageUnavailable) as caught:
        read(database)
    assert "guess-1234" not in f"{caught.value}{caught.value.__cause__}{database.engine.url}"
