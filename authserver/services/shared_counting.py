"""Counters that nodes share, the node's own beside them, and what happens when the shared fail."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from authserver.domain.rates import CallCounters, Quota, RatesUnavailable, Taken

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.ports import Clock

NODE_INSTEAD: Final = "rates-node-instead"
"""The detail of calls that only the node's own counters know."""
SHARED_ALONE: Final = "rates-shared-alone"
"""The detail of calls that the node's own counters could not count, though they should."""
FAILURES_IN_A_ROW: Final = 3
OPEN_SECONDS: Final = 1.0
"""So long the shared counters are left alone after they failed so often; then one call tries."""

log = logging.getLogger(__name__)


class SharedCounting:
    """Satisfies `authserver.domain.rates.CallCounters`. Safe to share between threads.

    Every call that the shared counters let pass has to pass the node's own too. Those never refuse
    it while all is well, for they see fewer calls. But where the shared ones forget, or do not
    answer for a while, no node lets more pass than each limit says, whatever happened before.
    """

    def __init__(
        self,
        *,
        shared: CallCounters,
        node: CallCounters,
        clock: Clock,
        falls_back: bool,
        aside: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """Count with both.

        Args:
            shared: may take its time; it is called inside `aside`.
            node: answers at once.
            clock: time.
            falls_back: whether the node counts alone while the shared ones do not answer.
            aside: lets other requests go on while one waits.
        """
        self._shared = shared
        self._node = node
        self._clock = clock
        self._falls_back = falls_back
        self._aside = aside
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    def take(self, quotas: Sequence[Quota]) -> Taken:
        """Count one call.

        Raises:
            RatesUnavailable: no counters answer of those that the settings want.
        """
        try:
            taken = self._ask_shared(quotas)
        except RatesUnavailable as error:
            if not self._falls_back:
                raise
            here = self._node.take(quotas)
            return here._replace(detail=f"{NODE_INSTEAD}: {error}")
        if taken.is_over:
            return taken
        try:
            here = self._node.take(quotas)
        except RatesUnavailable as error:
            return taken._replace(detail=f"{SHARED_ALONE}: {error}")
        return here._replace(detail=taken.detail) if here.is_over else taken

    def _ask_shared(self, quotas: Sequence[Quota]) -> Taken:
        self._admit()
        try:
            with self._aside():
                taken = self._shared.take(quotas)
        except RatesUnavailable as error:
            self._failed(error)
            raise
        if self._failures:
            self._succeeded()
        return taken

    def _admit(self) -> None:
        if self._failures < FAILURES_IN_A_ROW:
            return
        with self._lock:
            now = self._clock.monotonic()
            if now < self._open_until:
                raise RatesUnavailable("the shared counters failed and are left alone for a while")
            self._open_until = now + OPEN_SECONDS

    def _failed(self, error: RatesUnavailable) -> None:
        with self._lock:
            self._failures += 1
            if self._failures == FAILURES_IN_A_ROW:
                instead = "this node counts alone" if self._falls_back else "calls are refused"
                log.error("rates: %s; %s", error, instead)
            if self._failures >= FAILURES_IN_A_ROW:
                self._open_until = self._clock.monotonic() + OPEN_SECONDS

    def _succeeded(self) -> None:
        with self._lock:
            if self._failures >= FAILURES_IN_A_ROW:
                log.warning("rates: the shared counters answer again")
            self._failures = 0
