"""The counts of calls, kept complete and no longer than the records they count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.ports import Database

BATCH: Final = 1000


class Backlog(Protocol):
    """Records that are there and not counted."""

    def catch_up(self, go_on: Callable[[], bool]) -> int:
        """Count them, until none is left or `go_on` says no. Raises StorageUnavailable."""
        ...


class CallCounting:
    """What housekeeping does for the counts; new records are counted where they are moved."""

    def __init__(self, database: Database, backlog: Backlog) -> None:
        """Work on the counts of this database."""
        self._database = database
        self._backlog = backlog

    def maintain(self, before: float, go_on: Callable[[], bool]) -> None:
        """Count what is not counted, and remove counts of hours before (seconds since the epoch).

        Raises:
            StorageUnavailable: the database cannot answer; what was done stays.
        """
        self._backlog.catch_up(go_on)
        removed = BATCH
        while removed >= BATCH and go_on():
            with self._database.writing() as stores:
                removed = stores.call_counts.prune(before, BATCH)
