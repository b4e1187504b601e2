"""Turns: how many threads of a worker run requests, and who steps in for one that waits.

Threads that all run Python slow one another down: they take the interpreter lock from each other.
But requests wait, for the database, for a slow body, for a revocation to be known everywhere, and
then another thread must go on. So of a worker's many threads only as many as there are turns take
requests; the others stand by, at the end of a request of theirs, and step in one for one.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Turns:
    """Shared by the threads of one worker.

    The server calls `begin` and `end` around each request and `look` now and then. Under a server
    that does not, nobody stands by and nothing here has an effect.
    """

    def __init__(self, count: int) -> None:
        """Let `count` threads take requests."""
        self._count = count
        self._serving = 0
        """Threads that take or run requests: known, not standing by, not waiting."""
        self._lock = threading.Lock()
        self._standing_by: list[threading.Lock] = []
        self._here = threading.local()
        self._threads: list[_Thread] = []
        self._looks = 0

    def begin(self) -> None:
        """This thread has a request."""
        thread = self._mine()
        if thread is None:
            thread = self._here.thread = _Thread()
            with self._lock:
                self._serving += 1
                self._threads.append(thread)
        elif thread.is_out:
            self._come_in(thread)  # somebody looked in the moment between two requests
        thread.since = self._looks

    def end(self, *, may_stand_by: bool = True) -> None:
        """The request has been answered. Returns when this thread is to take another one."""
        thread = self._here.thread
        thread.since = None
        if thread.is_out:  # or in a moment: then it comes in with its next request
            self._come_in(thread)
        if may_stand_by and self._serving > self._count:
            self._stand_by()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let another thread take requests while the block waits for something."""
        thread = self._mine()
        if thread is None or thread.since is None:
            yield  # no request of a server that takes turns
            return
        self._go_out(thread)
        try:
            yield
        finally:
            self._come_in(thread)

    def look(self) -> None:
        """Let others step in for requests that have not ended since the look before the last."""
        self._looks += 1
        for thread in self._threads:
            since = thread.since
            if since is not None and self._looks - since > 1:
                self._go_out(thread)

    def _mine(self) -> _Thread | None:
        return getattr(self._here, "thread", None)

    def _go_out(self, thread: _Thread) -> None:
        with self._lock:
            if thread.is_out or thread.since is None:
                return
            thread.is_out = True
            self._serving -= 1
            if self._standing_by and self._serving < self._count:
                # The one that stood by last: what it needs is still in the caches.
                self._standing_by.pop().release()
                self._serving += 1

    def _come_in(self, thread: _Thread) -> None:
        with self._lock:
            if thread.is_out:
                thread.is_out = False
                self._serving += 1

    def _stand_by(self) -> None:
        gate = threading.Lock()
        gate.acquire()
        with self._lock:
            if self._serving <= self._count:
                return
            self._serving -= 1
            self._standing_by.append(gate)
        gate.acquire()


class _Thread:
    """One thread: the look at which its request began (`None`: it has none), and is it waiting."""

    __slots__ = ("is_out", "since")

    def __init__(self) -> None:
        self.since: int | None = None
        self.is_out = False
