"""Stand-ins for time and chance: a stopped clock and dice that always fall the same way."""

from __future__ import annotations

import hashlib
import threading
from typing import Final

EPOCH: Final = 1_800_000_000.0
"""Where a stopped clock stands unless told otherwise (15 January 2027, 08:00 UTC)."""


class FakeClock:
    """A clock that moves only when told to; both hands may be set on their own.

    Satisfies `authserver.domain.ports.Clock`. `sleep` advances both hands and returns at once,
    and remembers how long it was asked to wait in `slept`. Safe to share between threads.
    """

    def __init__(self, now: float = EPOCH, monotonic: float = 1_000.0) -> None:
        self._lock = threading.Lock()
        self._now = now
        self._monotonic = monotonic
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds since the epoch, as last set."""
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        """Seconds on the hand that never jumps, as last set."""
        with self._lock:
            return self._monotonic

    def sleep(self, seconds: float) -> None:
        """Advance both hands at once instead of waiting."""
        with self._lock:
            self._now += seconds
            self._monotonic += seconds
            self.slept.append(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass on both hands."""
        with self._lock:
            self._now += seconds
            self._monotonic += seconds

    def set_now(self, now: float) -> None:
        """Set the wall clock alone: an administrator, NTP or a leap second moved it."""
        with self._lock:
            self._now = now

    def set_monotonic(self, monotonic: float) -> None:
        """Set the monotonic hand alone."""
        with self._lock:
            self._monotonic = monotonic


class FakeEntropy:
    """Dice with a seed: equal seeds give equal bytes, no two draws of one instance are alike.

    Satisfies `authserver.domain.ports.Entropy`. Safe to share between threads.
    """

    def __init__(self, seed: str = "dice") -> None:
        self._lock = threading.Lock()
        self._seed = seed
        self._draws = 0

    def token_bytes(self, count: int) -> bytes:
        """The next `count` bytes of the sequence."""
        with self._lock:
            self._draws += 1
            draw = self._draws
        return hashlib.shake_256(f"{self._seed}:{draw}".encode()).digest(count)
