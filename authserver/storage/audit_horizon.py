"""Up to where the records are complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg.errors
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from authserver.storage.audit_writing import WRITERS
from authserver.storage.rows.audit import audit_records

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ALONE: Final = text(f"SELECT pg_advisory_xact_lock({WRITERS})")
_HIGHEST: Final = select(func.coalesce(func.max(audit_records.c.id), 0))


def horizon(connection: Connection, wait_seconds: float) -> int | None:
    """An id at or below which every record is committed or will never be; `None`: not now.

    On PostgreSQL the writers' lock is taken alone: whoever drew an id has committed or given
    up by then. Newcomers queue behind us, so we give up after `wait_seconds`. The next statement
    has a snapshot of its own (READ COMMITTED), taken after the lock was given.
    """
    if connection.dialect.name == "postgresql" and not _have_writers_left(connection, wait_seconds):
        return None
    return int(connection.execute(_HIGHEST).scalar_one())


def _have_writers_left(connection: Connection, wait_seconds: float) -> bool:
    waiting = connection.begin_nested()
    try:
        connection.execute(text(f"SET LOCAL lock_timeout = {max(1, int(wait_seconds * 1000))}"))
        connection.execute(_ALONE)
    except OperationalError as problem:
        waiting.rollback()
        if isinstance(problem.orig, psycopg.errors.LockNotAvailable):
            return False
        raise
    waiting.commit()
    return True
