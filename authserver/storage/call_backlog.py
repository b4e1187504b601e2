"""Counting records that an older version moved, some at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from sqlalchemy import select

from authserver.domain.audit_text import visible
from authserver.storage.audit_reading import moment, raw, rows_of, whole, words
from authserver.storage.call_counting import COUNTED_BY, Told, add_counts, counted
from authserver.storage.journal_progress import count_on, progress_of
from authserver.storage.rows.audit import audit_journals, audit_records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection, Row

    from authserver.storage.database import SqlDatabase

BATCH_RECORDS: Final = 1000
_LONGEST: Final = 255


class CallBacklog:
    """Brings the counts up to where the records are.

    A journal says up to where its records are counted, and the same transaction that counts moves
    that on: each is counted once, whoever else counts or moves meanwhile.
    """

    def __init__(self, database: SqlDatabase, batch_records: int = BATCH_RECORDS) -> None:
        """Count in transactions of so many records."""
        self._database = database
        self._batch = batch_records

    def catch_up(self, go_on: Callable[[], bool]) -> int:
        """Count until nothing is left, or `go_on` says no; how many records were looked at.

        Raises:
            StorageUnavailable: the database cannot answer; what was counted stays.
        """
        looked_at = 0
        for name in self._behind():
            more = True
            while more:
                if not go_on():
                    return looked_at
                with self._database.connection_for_writing() as connection:
                    found, more = self._step(connection, name)
                looked_at += found
        return looked_at

    def _behind(self) -> list[str]:
        columns = audit_journals.c
        with self._database.connection_for_reading() as connection:
            behind = select(columns.name).where(columns.counted_to < columns.moved_to)
            return list(connection.scalars(behind.order_by(columns.journal)))

    def _step(self, connection: Connection, name: str) -> tuple[int, bool]:
        progress = progress_of(connection, name)
        place = audit_records.c.journal_offset
        rows = rows_of(
            connection,
            select(*raw(audit_records, *COUNTED_BY, "details", "journal_offset"))
            .where(
                audit_records.c.journal == progress.journal,
                place >= progress.counted_to,
                place < progress.moved_to,
            )
            .order_by(place)
            .limit(self._batch),
        )
        is_last = len(rows) < self._batch
        add_counts(connection, counted((_told(row), _details(row.details)) for row in rows))
        counted_to = progress.moved_to if is_last else whole(rows[-1].journal_offset) + 1
        count_on(connection, progress.journal, counted_to)
        return len(rows), not is_last


def _told(row: Row[*tuple[Any, ...]]) -> Told:
    """What is counted by; of a record that somebody tampered with, what is left of it."""
    texts = (visible(words(row._mapping[name]), _LONGEST) for name in COUNTED_BY[1:])  # noqa: SLF001 - public in all but its name
    return Told(moment(row.at), *texts)


def _details(stored: object) -> Mapping[str, Any]:
    """What a record tells; nothing where somebody tampered with it."""
    try:
        details = orjson.loads(str(stored))
    except orjson.JSONDecodeError:
        return {}
    return details if isinstance(details, dict) else {}
