"""What one call may still cost: time until its deadline, bytes from the wire."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundReason,
    OutboundUnavailable,
)

if TYPE_CHECKING:
    from authserver.domain.ports import Clock

FRAMING_ALLOWANCE: Final = 64 * 1024
"""Bytes of chunk sizes and trailers that a body of any size may bring along."""


class Deadline:
    """A moment on the monotonic clock."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = clock.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, always more than 0.

        Raises:
            OutboundUnavailable: `timeout` when nothing is left.
        """
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise OutboundUnavailable(OutboundReason.TIMEOUT, "the time for the call is over")
        return left

    def within(self, seconds: float) -> Deadline:
        """The same moment, or `seconds` from now if that is sooner."""
        return Deadline(self._clock, min(seconds, self.remaining()))


class WireBudget:
    """Deadline and byte limits of one exchange; the socket charges every read to it."""

    def __init__(
        self, deadline: Deadline, *, max_header_bytes: int, max_headers: int, max_body_bytes: int
    ) -> None:
        self.deadline = deadline
        self.max_header_bytes = max_header_bytes
        self.max_headers = max_headers
        self.max_body_bytes = max_body_bytes
        # The reader fetches a buffer ahead, so the head's exact limit is checked after parsing.
        self._left = max_header_bytes + io.DEFAULT_BUFFER_SIZE
        self._over = OutboundReason.HEADERS_TOO_LARGE

    def start_body(self) -> None:
        """The head is read: from here on the body's limit counts, framing included."""
        self._left = 2 * self.max_body_bytes + FRAMING_ALLOWANCE
        self._over = OutboundReason.TOO_LARGE

    def spend(self, count: int) -> None:
        """Charge bytes that arrived.

        Raises:
            OutboundAnswerInvalid: `headers_too_large` or `too_large`.
            OutboundUnavailable: `timeout`, for they came too late.
        """
        self.deadline.remaining()
        self._left -= count
        if self._left < 0:
            raise OutboundAnswerInvalid(self._over, "more bytes than the limit")
