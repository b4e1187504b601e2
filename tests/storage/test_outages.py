"""Trouble on SQLite comes out as `StorageUnavailable`, and goes away by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from authserver.domain.errors import StorageUnavailable
from authserver.storage.engines import EngineOptions
from tests.databases import SqliteDatabases, opened
from tests.not_run import not_run
from tests.storage.examples import client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.storage.database import SqlDatabase

IMPATIENT = EngineOptions(busy=0.05, pool_size=2)


def fails(database: SqlDatabase, match: str, client_id: str = "ci-reader") -> None:
    def write() -> None:
        with database.writing() as stores:
            stores.clients.add(client(client_id))

    with pytest.raises(StorageUnavailable, match=match):
        write()


def works(database: SqlDatabase, client_id: str = "ci-reader") -> None:
    with database.writing() as stores:
        stores.clients.add(client(client_id))
    with database.reading() as stores:
        assert stores.clients.get(client_id) is not None


def test_a_write_lock_held_too_long_is_an_outage_for_writers_only(sqlite_url: str) -> None:
    with opened(sqlite_url, IMPATIENT) as database, opened(sqlite_url) as other:
        with other.writing() as stores:
            stores.clients.add(client("others"))
            started = time.monotonic()
            fails(database, "SQLITE_BUSY")
            assert time.monotonic() - started >= 0.04
            with database.reading() as reading:
                assert reading.clients.get("others") is None
        works(database)


def test_a_writer_waits_for_its_turn(sqlite_url: str) -> None:
    with opened(sqlite_url) as database, opened(sqlite_url) as other:
        with other.connection_for_writing() as connection:
            connection.connection.dbapi_connection.create_function(  # type: ignore[union-attr]  # SQLite's own
                "pause", 0, lambda: time.sleep(0.02)
            )
            connection.execute(text("SELECT pause()"))
        works(database)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        not_run("SQLite on a full disk", "a small tmpfs needs root")
    folder.mkdir()
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if made.returncode != 0:
        not_run("SQLite on a full disk", "mount of a tmpfs is not allowed")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(ballast: Path) -> None:
    """Take every page that is left."""
    descriptor = os.open(ballast, os.O_CREAT | os.O_WRONLY)
    with suppress(OSError):
        while os.write(descriptor, b"x" * 4096):
            pass
    os.close(descriptor)


def test_a_full_disk_is_an_outage_until_there_is_room(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small") as folder:
        url = sqlite_databases.copy_to(folder / "authserver.db")
        with opened(url) as database:
            works(database, "before")
            ballast = folder / "ballast"
            fill(ballast)
            fails(database, "SQLITE_FULL|SQLITE_IOERR")
            with database.reading() as stores:
                assert stores.clients.get("before") is not None
            ballast.unlink()
            works(database)


def test_a_file_that_may_not_be_written_is_an_outage(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with opened(sqlite_url) as database:
        works(database, "before")
    attributes = shutil.which("chattr")
    if os.geteuid() != 0:
        path.chmod(0o400)
    elif attributes is None or not _immutable(path, "+i"):
        not_run("a read-only SQLite file", "chattr +i is not possible here")
    try:
        with opened(sqlite_url, IMPATIENT) as database:
            fails(database, "SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_IOERR")
            if os.geteuid() == 0:
                _immutable(path, "-i")
            path.chmod(0o600)
            # A connection that was opened read-only stays so; the next ones are not.
            database.close()
            works(database)
    finally:
        if os.geteuid() == 0:
            _immutable(path, "-i")


def _immutable(path: Path, flag: str) -> bool:
    changed = subprocess.run(["chattr", flag, str(path)], capture_output=True, check=False)
    return changed.returncode == 0


def test_a_missing_file_is_an_outage_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.db"
    with opened(f"sqlite:///{path}") as database:
        fails(database, "SQLITE_CANTOPEN")
        assert not path.exists()


def test_a_file_that_is_no_database_is_an_outage(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam, " * 400)
    with opened(f"sqlite:///{path}") as database:
        fails(database, "SQLITE_NOTADB")


def test_a_file_that_appears_later_is_used(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    path = tmp_path / "late.db"
    with opened(f"sqlite:///{path}") as database:
        fails(database, "SQLITE_CANTOPEN")
        sqlite_databases.copy_to(path)
        works(database)


def test_commits_are_durable_and_foreign_keys_watched(sqlite_database: SqlDatabase) -> None:
    with sqlite_database.connection_for_reading() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 3000,
    }


def test_waiting_for_the_write_lock_leaves_the_patience_as_it_was(sqlite_url: str) -> None:
    with opened(sqlite_url, EngineOptions(busy=0.5, pool_size=1)) as database:
        with database.writing():
            pass
        with database.connection_for_reading() as connection:
            assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == 500


def test_only_sqlite_itself_begins_transactions(sqlite_database: SqlDatabase) -> None:
    with sqlite_database.connection_for_writing() as connection:
        driver: Any = connection.connection.dbapi_connection
        assert (driver.isolation_level, driver.in_transaction) == (None, True)
