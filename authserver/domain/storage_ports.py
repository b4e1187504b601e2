"""What the core asks of storage beside transactions: a look at the authority, and sweeping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.authority import Position


class SequenceReader(Protocol):
    """The authority's sequence on a connection of its own: for the poll, twenty times a second."""

    def position(self) -> Position:
        """Where the sequence stands, as committed now.

        Raises:
            StorageUnavailable: the database cannot answer now.
        """
        ...


class Sweeper(Protocol):
    """Deletes what has expired, without making anybody wait."""

    def sweep(self, go_on: Callable[[], bool]) -> Mapping[str, int]:
        """Delete until nothing expired is left; rows deleted by table.

        `go_on` is asked before each batch: the place to renew a lease, or to stop.

        Raises:
            StorageUnavailable: the database cannot answer now; what was deleted stays deleted.
        """
        ...
