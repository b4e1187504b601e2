"""Hands in the database: rows as no service of ours would write them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rfc.installations import Installation


def database_file(installation: Installation) -> Path:
    """The SQLite file of an installation."""
    return installation.settings.data_directory / "authserver.db"


def change_row(installation: Installation, table: str, change: str, condition: str) -> None:
    """Change exactly one row behind the server's back, and let a new worker see it first."""
    with closing(sqlite3.connect(database_file(installation))) as database, database:
        changed = database.execute(f"UPDATE {table} SET {change} WHERE {condition}").rowcount
    assert changed == 1
