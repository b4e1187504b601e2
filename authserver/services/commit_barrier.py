"""The wait between taking power away and saying so."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from authserver.domain.ports import Clock

REVOKER_WAIT_SECONDS: Final = 0.3
"""How long a revoker waits after its commit: longer than any lease taken before it."""


class CommitBarrier:
    """Lets a revoker wait until no worker can still believe the state before its commit.

    `places` is how many may be at it at the same time: each needs a thread that then does nothing
    else. `aside` makes a context in which this thread only waits, so that another may work.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        wait_seconds: float = REVOKER_WAIT_SECONDS,
        places: int = 1,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Wait `wait_seconds` each time; concurrent waits run side by side."""
        self._clock = clock
        self._wait_seconds = wait_seconds
        self._places = threading.BoundedSemaphore(places)
        self._aside = aside

    @contextmanager
    def passing(self, is_needed: Callable[[], bool] = lambda: True) -> Iterator[None]:
        """Around a commit that takes power away: the block's end waits, unless it raised.

        Or unless the block found that nobody has to: `is_needed` is asked at its end.

        Raises:
            StorageUnavailable: there is no place; the block was not entered.
        """
        if not self._places.acquire(blocking=False):
            # Before the commit: what was done must not be answered as if it were not.
            raise StorageUnavailable("as many revokers as there are places wait already")
        try:
            yield
            if is_needed():
                self.wait()
        finally:
            self._places.release()

    def wait_if_there_is_room(self, at_least: float = 0.0) -> None:
        """After a commit that takes power away from whoever waits: they need no certainty.

        Without a place it returns at once; the change takes effect all the same. `at_least` is in
        seconds.
        """
        if not self._places.acquire(blocking=False):
            return
        try:
            self.wait(at_least)
        finally:
            self._places.release()

    def wait(self, at_least: float = 0.0) -> None:
        """Return when every lease that began before this call has run out."""
        until = self._clock.monotonic() + max(self._wait_seconds, at_least)
        with self._aside():
            while (left := until - self._clock.monotonic()) > 0:
                self._clock.sleep(left)
