"""Counters that are opened with the first call, and again after every failure."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authserver.domain.rates import Quota, Taken
    from authserver.storage.node_rate_storage import NodeStorage


class LateNodeCounters:
    """Satisfies `authserver.domain.rates.CallCounters`. Safe to share between threads.

    A server whose policies limit no rates makes no file; one whose disk is full starts all the
    same, and refuses only what it would have to count.
    """

    def __init__(self, make: Callable[[], NodeStorage]) -> None:
        """Open nothing yet."""
        self._make = make
        self._lock = threading.Lock()
        self._storage: NodeStorage | None = None

    def take(self, quotas: Sequence[Quota]) -> Taken:
        """Count one call against all `quotas`, or against none where one is over.

        Raises:
            RatesUnavailable: the file cannot be opened, or cannot count.
        """
        return (self._storage or self._opened()).counters.take(quotas)

    def close(self) -> None:
        """Close what was opened; what was counted stays."""
        with self._lock:
            if self._storage is not None:
                self._storage.counters.close()
                self._storage = None

    def _opened(self) -> NodeStorage:
        with self._lock:
            if self._storage is None:
                self._storage = self._make()
            return self._storage
