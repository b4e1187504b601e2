"""A slot: the place of one process that is always to be filled, and when to fill it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.supervisor.children import Child

FIRST_DELAY_SECONDS: Final = 0.25
LONGEST_DELAY_SECONDS: Final = 10.0
HOPELESS_FAILURES: Final = 3
"""So many failed starts of every worker, none of which ever served, end the supervisor."""
START_SECONDS: Final = 60.0
"""A process that takes longer than this to get ready is killed."""


@dataclass
class Slot:
    """One process and, during a reload, the one that is to follow it.

    Args:
        name: for the log: `worker-1`, `housekeeping`.
        child: the process in the slot, getting ready or at work.
        successor: its replacement, getting ready.
        retry_at: when to start again (monotonic seconds); `None` while a process is there.
        failures: starts in a row that ended before the process was ready.
    """

    name: str
    child: Child | None = None
    successor: Child | None = None
    retry_at: float | None = None
    failures: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether a process is at work here."""
        return self.child is not None and self.child.is_ready

    @property
    def is_empty(self) -> bool:
        """Whether no process is here, nor one to follow it."""
        return self.child is None and self.successor is None

    def holds(self, child: Child) -> bool:
        """Whether the process belongs to this slot."""
        return child is self.child or child is self.successor

    def note_ready(self, child: Child) -> Child | None:
        """A process is ready. A successor takes the place; the one it replaces is returned."""
        child.is_ready = True
        self.failures = 0
        self.retry_at = None
        if child is not self.successor:
            return None
        replaced, self.child, self.successor = self.child, child, None
        return replaced

    def note_end(self, child: Child, now: float) -> None:
        """A process of this slot has ended: plan the next start.

        At once after one that worked: any may be killed at any time, and its place must not stay
        empty. After failed starts later and later.
        """
        if child is self.successor:
            self.successor = None
        else:
            self.child = None
        if not child.is_ready:
            self.failures += 1
        if self.is_empty:
            self.retry_at = now + (0.0 if child.is_ready else self._delay())

    def _delay(self) -> float:
        return min(FIRST_DELAY_SECONDS * 2.0 ** (self.failures - 1), LONGEST_DELAY_SECONDS)
