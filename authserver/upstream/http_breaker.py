"""Circuit breaker: an origin that fails again and again is left alone for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import OutboundReason, OutboundUnavailable

if TYPE_CHECKING:
    from authserver.domain.outbound import OutboundPolicy
    from authserver.domain.ports import Clock

MAX_ORIGINS: Final = 256
"""Origins remembered; some URLs come from strangers, so the memory has a bound."""


@dataclass(slots=True)
class _Circuit:
    """`open_until` is 0 while closed."""

    failures: int = 0
    open_until: float = 0.0


class CircuitBreakers:
    """One breaker per origin; thread-safe.

    Closed: calls pass, failures in a row are counted. Open: calls are refused. After
    `breaker_open_seconds` half-open: one call passes and decides; the others go on being refused.
    """

    def __init__(self, clock: Clock, policy: OutboundPolicy) -> None:
        self._clock = clock
        self._policy = policy
        self._lock = threading.Lock()
        self._circuits: OrderedDict[str, _Circuit] = OrderedDict()

    def admit(self, origin: str) -> None:
        """Let a call pass.

        Raises:
            OutboundUnavailable: `circuit_open`.
        """
        with self._lock:
            circuit = self._circuits.get(origin)
            if circuit is None or circuit.failures < self._policy.breaker_failures:
                return
            now = self._clock.monotonic()
            if now < circuit.open_until:
                raise OutboundUnavailable(
                    OutboundReason.CIRCUIT_OPEN, "failed repeatedly, not called for a while"
                )
            # Closing the door behind the one that tries: should it never report back, another
            # one tries after the same time.
            circuit.open_until = now + self._policy.breaker_open_seconds

    def succeeded(self, origin: str) -> None:
        """The origin answered: forget its failures."""
        with self._lock:
            self._circuits.pop(origin, None)

    def failed(self, origin: str) -> None:
        """The origin did not answer, or only that it cannot."""
        with self._lock:
            circuit = self._circuits.setdefault(origin, _Circuit())
            self._circuits.move_to_end(origin)
            circuit.failures += 1
            if circuit.failures >= self._policy.breaker_failures:
                circuit.open_until = self._clock.monotonic() + self._policy.breaker_open_seconds
            if len(self._circuits) > MAX_ORIGINS:
                self._circuits.popitem(last=False)
