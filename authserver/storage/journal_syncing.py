"""Writing a journal through to the disk behind its owner's back."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from typing import Final

_QUIET_ROUNDS: Final = 25
_log = logging.getLogger(__name__)


class Syncer:
    """A thread that calls fdatasync while records come in, and sleeps while none do.

    It owns the descriptors it was given: it alone closes them, so that none is closed, and its
    number used again, while fdatasync is at it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._watched: int | None = None
        self._left: list[int] = []
        self._dirty = False
        self._asleep = True
        self.has_failed = False
        """Whether fdatasync failed on the watched file."""

    def watch(self, descriptor: int) -> None:
        """Take over a newly opened file."""
        with self._lock:
            self._watched = descriptor
            self.has_failed = False
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal-sync", daemon=True)
            self._thread.start()

    def touch(self) -> None:
        """A record was written: on the path of every answer."""
        self._dirty = True
        if self._asleep:
            self._wake.set()

    def leave(self) -> None:
        """The watched file gets no more records: write it through and close it."""
        with self._lock:
            if self._watched is not None:
                self._left.append(self._watched)
            self._watched = None
            self.has_failed = False
        self._wake.set()

    def stop(self) -> None:
        """Write everything through, close every file, end the thread."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._stopping.clear()

    def close_inherited(self) -> None:
        """In a forked child: close the parent's files, touch nothing else."""
        for descriptor in [*self._left, self._watched]:
            if descriptor is not None:
                with contextlib.suppress(OSError):
                    os.close(descriptor)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            self._asleep = False
            quiet = 0
            while quiet < _QUIET_ROUNDS and not self._stopping.wait(self._seconds):
                quiet = 0 if self._sync() else quiet + 1
            self._asleep = True
            # A record may have come between the last look and the flag: look once more.
            self._sync()
            if self._stopping.is_set():
                self._end()
                return

    def _sync(self) -> bool:
        """Whether there was anything to do."""
        with self._lock:
            left, self._left = self._left, []
            watched = self._watched
        for descriptor in left:
            _write_through(descriptor)
            os.close(descriptor)
        if not self._dirty or watched is None:
            return bool(left)
        self._dirty = False
        if not _write_through(watched):
            with self._lock:
                self.has_failed = self._watched == watched
        return True

    def _end(self) -> None:
        with self._lock:
            if self._watched is not None:
                self._left.append(self._watched)
                self._watched = None
        self._sync()


def _write_through(descriptor: int) -> bool:
    try:
        os.fdatasync(descriptor)
    except OSError as problem:
        _log.error("journal could not be written through to the disk: %s", problem)
        return False
    if os.fstat(descriptor).st_nlink == 0:
        _log.error("journal was removed while records were written to it")
        return False
    return True
