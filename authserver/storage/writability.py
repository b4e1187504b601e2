"""Would the database take a write now? Asked in public (`/readyz`), so nobody may wait for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from authserver.domain.errors import StorageUnavailable
from authserver.storage.sqlite import file_path

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

ROOM_BYTES: Final = 64 * 1024
"""What the smallest write may need: some pages in SQLite's log."""


def takes_writes(database: SqlDatabase) -> bool:
    """Whether a write would find the database there, writable, and on SQLite some room.

    No write lock is taken: SQLite has one, and a probe that holds it or waits for it would make
    whoever may ask often a brake for everybody. So one thing shows at the next write only: a
    PostgreSQL server whose own disk is full.
    """
    try:
        if database.engine.dialect.name == "sqlite":
            return _sqlite_answers(database) and _sqlite_has_room(database)
        # Begins a transaction that could write, and on PostgreSQL locks nothing.
        with database.aside(), database.connection_for_writing() as connection:
            standing = connection.execute(text("SHOW transaction_read_only")).scalar_one()
    except StorageUnavailable:
        return False
    return bool(standing == "off")


def _sqlite_answers(database: SqlDatabase) -> bool:
    with database.aside(), database.connection_for_reading() as connection:
        connection.execute(text("SELECT 1 FROM sqlite_master LIMIT 1")).all()
    return True


def _sqlite_has_room(database: SqlDatabase) -> bool:
    path = Path(file_path(database.engine.url))
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return False
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize >= ROOM_BYTES
