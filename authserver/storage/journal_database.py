"""The journal of those who wait for the database: `audit.durability = database`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.storage.writability import takes_writes

if TYPE_CHECKING:
    from authserver.domain.audit import AuditEvent
    from authserver.storage.database import SqlDatabase


class DatabaseJournal:
    """Commits each record before it returns; satisfies `authserver.domain.ports.Journal`.

    A record survives a power cut, and an append costs a commit.
    """

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    def append(self, event: AuditEvent) -> None:
        """Record the event.

        Raises:
            StorageUnavailable: it is not certain to be recorded; the act must not happen.
        """
        with self._database.writing() as stores:
            stores.audit.add(event)

    def is_writable(self) -> bool:
        """Whether the database would take a record now; nobody waits for the answer."""
        return takes_writes(self._database)

    def close(self) -> None:
        """Nothing to let go of: the database is its owner's."""
