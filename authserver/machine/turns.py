"""Turns: how many requests of one process run Python at the same time.

A process has many threads, because requests wait: for a slow body, for a revocation to be known
everywhere, for a password's comparison. But threads that all run slow one another down, as they
take the interpreter lock from each other. So a request takes a turn before it works, and gives it
back while it waits.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator


class Turns:
    """A fixed number of turns; `with turns:` takes one, waiting for it in line."""

    def __init__(self, count: int) -> None:
        """Lay out `count` turns."""
        # Both ends of a SimpleQueue are C code: 0.1 microseconds, a semaphore takes ten times that.
        self._free: SimpleQueue[None] = SimpleQueue()
        self._taken = threading.local()
        for _ in range(count):
            self._free.put(None)

    def __enter__(self) -> Self:
        """Take a turn."""
        self._free.get()
        self._taken.here = True
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self._taken.here = False
        self._free.put(None)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let another request have this thread's turn, if it has one, while the block waits."""
        if not getattr(self._taken, "here", False):
            yield
            return
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()
