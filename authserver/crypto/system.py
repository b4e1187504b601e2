"""The system's clock and its cryptographic generator: the only reader of time and randomness."""

from __future__ import annotations

import os
import time


class SystemClock:
    """Satisfies `authserver.domain.ports.Clock`."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time()  # noqa: TID251 - this is the module that everybody else is sent to

    def monotonic(self) -> float:
        """Seconds on CLOCK_BOOTTIME: never jumps, and counts the time a machine was suspended.

        A lease that is held across a suspension must look old afterwards; CLOCK_MONOTONIC
        would stand still meanwhile.
        """
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SystemEntropy:
    """Satisfies `authserver.domain.ports.Entropy`."""

    def token_bytes(self, count: int) -> bytes:
        """`count` bytes from getrandom(2), which blocks only before the kernel is seeded."""
        return os.urandom(count)
