"""How often one network may report what nobody has to stop."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import Throttled
from authserver.services.throttling import network_of

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.ports import Stores
    from authserver.services.throttling import ThrottleLimits

MOST: Final = 30
"""Reports with something in them that stops nothing: unknown, over, or not to be stopped."""
WINDOW_SECONDS: Final = 60


class LeakThrottle:
    """Counts in the database, for all workers together. Who reports only what works never waits.

    Nobody guesses a secret of 256 bit: this keeps strangers from keeping the database busy. What
    was revoked stands where it was found, for everybody to report it again.
    """

    def __init__(self, networks: ThrottleLimits) -> None:
        """`networks` says how many bits of an address name a network."""
        self._networks = networks

    def check(self, stores: Stores, call: Call) -> None:
        """Let a network report.

        Raises:
            Throttled: it has reported too much that stops nothing in this window.
        """
        key, start, end = self._window(call)
        if stores.failures.counts([key], start).get(key, 0) >= MOST:
            seconds = max(1, math.ceil(end - call.at))
            raise Throttled(seconds, "too many reports that stopped nothing", of="reports")

    def count(self, stores: Stores, call: Call) -> bool:
        """Count one report that stopped nothing with a part of it; whether it was the last."""
        key, start, end = self._window(call)
        return stores.failures.add([key], start, end)[key] == MOST

    def _window(self, call: Call) -> tuple[str, float, float]:
        start = call.at - call.at % WINDOW_SECONDS
        network = network_of(call.peer, self._networks)
        key = hashlib.sha256(f"leak\0{network}".encode()).hexdigest()[:40]
        return key, start, start + WINDOW_SECONDS
