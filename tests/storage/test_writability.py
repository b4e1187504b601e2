"""Whether the database would take a write: without taking part in the queue of the writers."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from authserver.storage.journal_database import DatabaseJournal
from authserver.storage.writability import ROOM_BYTES, takes_writes
from tests.databases import opened

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


def test_a_database_in_use_takes_writes(database: SqlDatabase) -> None:
    assert takes_writes(database)
    assert DatabaseJournal(database).is_writable()


def test_the_question_waits_for_no_writer(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.leases.acquire("one", "me", 0.0, 9.0)
        answers: list[bool] = []
        asking = threading.Thread(target=lambda: answers.append(takes_writes(database)))
        asking.start()
        asking.join(timeout=2)
        assert answers == [True]


def test_no_writer_waits_for_the_question(
    sqlite_database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's one lock is not taken, however short."""
    begun: list[str] = []
    monkeypatch.setattr("authserver.storage.sqlite._take_write_lock", begun.append)
    assert takes_writes(sqlite_database)
    assert begun == []


def test_a_database_that_is_not_there_takes_none(sqlite_url: str) -> None:
    with opened(sqlite_url + ".other") as database:
        assert not takes_writes(database)


@pytest.mark.parametrize("closed", ["", "folder"])
def test_a_file_that_may_not_be_written_takes_none(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    path = Path(make_url(sqlite_url).database or "")
    refused = path.parent if closed else path
    monkeypatch.setattr(os, "access", lambda asked, _mode: asked != refused)
    with opened(sqlite_url) as database:
        assert not takes_writes(database)


@pytest.mark.parametrize(("room", "taken"), [(ROOM_BYTES, 1), (ROOM_BYTES - 1, 0)])
def test_a_full_disk_takes_none(
    sqlite_database: SqlDatabase, monkeypatch: pytest.MonkeyPatch, room: int, taken: int
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=room, f_frsize=1))
    assert takes_writes(sqlite_database) == bool(taken)


def test_a_disk_that_does_not_answer_takes_none(
    sqlite_database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_path: Path) -> None:
        raise OSError("input/output error")

    monkeypatch.setattr(os, "statvfs", broken)
    assert not takes_writes(sqlite_database)


def test_a_server_that_only_reads_takes_none(postgresql_url: str) -> None:
    """A standby, or one that was switched to read-only when its disk ran full."""
    url = make_url(postgresql_url).update_query_dict(
        {"options": "-c default_transaction_read_only=on"}
    )
    with opened(url.render_as_string(hide_password=False)) as database:
        assert not takes_writes(database)
