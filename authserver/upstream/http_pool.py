"""Keeps connections for the next call, and calls under way within bounds."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import OutboundReason, OutboundUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.outbound import OutboundPolicy
    from authserver.domain.ports import Clock
    from authserver.upstream.http_budget import Deadline
    from authserver.upstream.http_connections import PinnedConnection

MAX_IDLE: Final = 16
MAX_WAITING: Final = 16
"""Calls that may wait for a place: each keeps a thread from everybody else's requests."""


class ConnectionPool:
    """Thread-safe. One resting connection per origin and at most `MAX_IDLE` in all."""

    def __init__(self, clock: Clock, policy: OutboundPolicy) -> None:
        self._clock = clock
        self._policy = policy
        self._changed = threading.Condition()
        self._under_way: Counter[str] = Counter()
        self._waiting = 0
        self._idle: OrderedDict[str, PinnedConnection] = OrderedDict()

    @contextmanager
    def place(self, origin: str, deadline: Deadline) -> Iterator[None]:
        """Hold one of the places for calls; wait for it until the deadline.

        Raises:
            OutboundUnavailable: `busy` when no place became free in time, or at once when
                `MAX_WAITING` wait already.
        """
        with self._changed:
            if not self._is_free(origin) and not self._wait(origin, deadline):
                raise OutboundUnavailable(OutboundReason.BUSY, "too many calls are under way")
            self._under_way[origin] += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way[origin] -= 1
                self._under_way += Counter()  # forgets origins at 0
                self._changed.notify_all()

    def take(self, origin: str) -> PinnedConnection | None:
        """A connection that can be used at once, or `None`. It is the caller's from now on."""
        with self._changed:
            connection = self._idle.pop(origin, None)
        if connection is None:
            return None
        rest = self._clock.monotonic() - connection.rested_since
        if rest <= self._policy.max_idle_seconds and connection.is_connected:
            return connection
        connection.close()
        return None

    def keep(self, origin: str, connection: PinnedConnection) -> None:
        """Store a connection whose last answer was read to the end."""
        connection.rested_since = self._clock.monotonic()
        surplus: list[PinnedConnection | None] = []
        with self._changed:
            surplus.append(self._idle.pop(origin, None))
            self._idle[origin] = connection
            if len(self._idle) > MAX_IDLE:
                surplus.append(self._idle.popitem(last=False)[1])
        for old in surplus:
            if old is not None:
                old.close()

    def close(self) -> None:
        """Close the resting connections."""
        with self._changed:
            idle, self._idle = self._idle, OrderedDict()
        for connection in idle.values():
            connection.close()

    def _wait(self, origin: str, deadline: Deadline) -> bool:
        if self._waiting >= MAX_WAITING:
            return False
        self._waiting += 1
        try:
            return self._changed.wait_for(lambda: self._is_free(origin), deadline.remaining())
        finally:
            self._waiting -= 1

    def _is_free(self, origin: str) -> bool:
        return (
            self._under_way.total() < self._policy.max_connections
            and self._under_way[origin] < self._policy.max_connections_per_origin
        )
