"""What the other tests rely on: databases that are empty, and suites that say what they lack."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from tests.databases import opened
from tests.storage.examples import client

if TYPE_CHECKING:
    from tests.databases import PostgresDatabases

ROOT = Path(__file__).parents[1]

START_AND_WAIT = """
import sys
from tests.clusters import PostgresCluster
cluster = PostgresCluster()
print(cluster.pid, cluster.folder, flush=True)
sys.stdin.read()
"""

TWO_TESTS = """
from tests.clusters import PostgresCluster

def test_one():
    PostgresCluster()

def test_two():
    PostgresCluster()
"""

NOTHING_INSTALLED = """
import tests.clusters
from tests.conftest import pytest_terminal_summary
tests.clusters.find_tool = lambda name: None
"""


def test_a_database_that_is_used_again_is_as_new(postgres_databases: PostgresDatabases) -> None:
    name = postgres_databases.take()
    url = postgres_databases.cluster.url(name)
    # Somebody leaves a connection open, in the middle of a transaction.
    with opened(url) as database, database.connection_for_reading() as forgotten:
        forgotten.exec_driver_sql("SELECT 1")
        with database.writing() as stores:
            stores.clients.add(client())
        with database.connection_for_writing() as connection:
            connection.exec_driver_sql("UPDATE authority SET seq = 7, kept_from = 5")
        postgres_databases.give_back(name)
        forgotten.invalidate()
    assert postgres_databases.take() == name
    with opened(url) as database, database.reading() as stores:
        assert stores.clients.get("ci-reader") is None
        assert (stores.authority.position().seq, stores.authority.kept_from()) == (0, 1)
    postgres_databases.give_back(name)


def test_a_database_whose_schema_was_changed_is_not_used_again(
    postgres_databases: PostgresDatabases,
) -> None:
    cluster = postgres_databases.cluster
    name = postgres_databases.take()
    cluster.execute("ALTER TABLE leases ADD COLUMN extra integer", name)
    postgres_databases.give_back(name)
    with psycopg.connect(cluster.dsn("postgres")) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        assert found.fetchone() is None


def test_a_cluster_does_not_outlive_a_test_run_that_is_killed(
    postgres_databases: PostgresDatabases,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as run:
        assert run.stdout is not None
        pid, folder = run.stdout.readline().split()
        server = os.pidfd_open(int(pid))
        run.kill()
    try:
        ended = select.poll()
        ended.register(server, select.POLLIN)
        assert ended.poll(30_000)
    finally:
        os.close(server)
        shutil.rmtree(folder)


def test_a_missing_tool_is_named_and_its_tests_never_pass(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TWO_TESTS)
    (tmp_path / "conftest.py").write_text(NOTHING_INSTALLED)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": ""},  # in CI it is a failure
    )
    assert "not run: PostgreSQL: initdb not found (2 tests)" in run.stdout, run.stdout
    assert " passed" not in run.stdout
