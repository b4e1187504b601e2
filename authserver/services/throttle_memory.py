"""What a worker remembers of failed credentials, for as long as one window lasts."""

from __future__ import annotations

import threading
from typing import Final, TypeVar

MOST_BLOCKS: Final = 50_000
"""Blocks a worker remembers, and callers it counts; the oldest goes first."""

Value = TypeVar("Value")


class WindowMemory:
    """Blocks and counts of the window from `start` to `end` (seconds since the epoch).

    Blocks end with their window, so nothing is taken out: the next window has a memory of its own.
    """

    def __init__(self, start: float, end: float) -> None:
        """Start with nothing."""
        self.start = start
        self.end = end
        self._lock = threading.Lock()
        self._blocked: dict[str, bool] = {}
        self._counts: dict[str, int] = {}

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self._blocked) + len(self._counts)

    @property
    def has_blocks(self) -> bool:
        """Whether anybody is blocked."""
        return bool(self._blocked)

    def is_blocked(self, key: str) -> bool:
        """Whether this caller or network is."""
        return key in self._blocked

    def block(self, key: str) -> None:
        """Block until the window ends."""
        with self._lock:
            _put(self._blocked, key, True)  # noqa: FBT003 - the dict is an ordered set

    def count(self, key: str) -> int:
        """Count one failure of a caller; how many there are now."""
        with self._lock:
            count = self._counts.get(key, 0) + 1
            _put(self._counts, key, count)
            return count


def _put(entries: dict[str, Value], key: str, value: Value) -> None:
    if key not in entries and len(entries) >= MOST_BLOCKS:
        del entries[next(iter(entries))]
    entries[key] = value
