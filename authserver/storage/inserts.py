"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL share and SQLAlchemy keeps per dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of the connection's dialect, for `on_conflict_do_nothing` and `…_do_update`.

    Its result knows `rowcount`, which SQLAlchemy otherwise keeps for UPDATE and DELETE only.
    """
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).execution_options(preserve_rowcount=True)
    return postgresql.insert(table).execution_options(preserve_rowcount=True)
