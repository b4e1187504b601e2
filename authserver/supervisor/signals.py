"""Signals as bytes on a socket, so that one loop can wait for them and for everything else."""

from __future__ import annotations

import contextlib
import signal
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

STOP: Final = (signal.SIGTERM, signal.SIGINT)
RELOAD: Final = signal.SIGHUP


@contextlib.contextmanager
def signals_as_bytes() -> Iterator[socket.socket]:
    """A socket that receives one byte, the signal's number, for each SIGTERM, SIGINT, SIGHUP."""
    reading, writing = socket.socketpair()
    reading.setblocking(False)  # noqa: FBT003 - the method has no keyword
    writing.setblocking(False)  # noqa: FBT003 - the method has no keyword
    handlers = {number: signal.signal(number, _nothing) for number in (*STOP, RELOAD)}
    previous = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(previous)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        reading.close()
        writing.close()


def _nothing(_number: int, _frame: object) -> None:
    """The byte says it all; a handler must exist or Python would not write it."""
