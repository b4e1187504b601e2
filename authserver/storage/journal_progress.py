"""How far each journal was moved: told by the same transaction that moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select, update

from authserver.storage.inserts import insert_into
from authserver.storage.rows.audit import audit_journals

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Progress(NamedTuple):
    """A journal's number in the database, and the offset up to which its records are there.

    `damaged` counts the places where it could not be read; `has_ended`: its owner is dead and
    nothing is left in it. Its records up to `counted_to` are counted; the others are not, for an
    older version brought them.
    """

    journal: int
    moved_to: int
    damaged: int
    has_ended: bool
    counted_to: int = 0


def progress_of(connection: Connection, name: str) -> Progress:
    """Where the journal stands; locked until the end of the transaction, made when new."""
    columns = audit_journals.c
    query = (
        select(
            *(columns.journal, columns.moved_to, columns.damaged, columns.ended_at),
            columns.counted_to,
        )
        .where(columns.name == name)
        .with_for_update()
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        connection.execute(
            insert_into(connection, audit_journals)
            .values(name=name, moved_to=0, damaged=0, ended_at=None)
            .on_conflict_do_nothing()
        )
        row = connection.execute(query).one()
    return Progress(row[0], row[1], row[2], row[3] is not None, row[4])


def move_on(connection: Connection, journal: int, moved_to: int, *, damaged: int = 0) -> None:
    """Note that the records up to `moved_to` are in the database; `damaged` places are added."""
    columns = audit_journals.c
    connection.execute(
        update(audit_journals)
        .where(columns.journal == journal)
        .values(moved_to=moved_to, damaged=columns.damaged + damaged)
    )


def count_on(connection: Connection, journal: int, counted_to: int) -> None:
    """Note that the records up to `counted_to` are counted."""
    connection.execute(
        update(audit_journals)
        .where(audit_journals.c.journal == journal)
        .values(counted_to=counted_to)
    )


def end(connection: Connection, journal: int, at: float) -> None:
    """Note that nothing is left in the journal and nothing will come."""
    connection.execute(
        update(audit_journals).where(audit_journals.c.journal == journal).values(ended_at=at)
    )
