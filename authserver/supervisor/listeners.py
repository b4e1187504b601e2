"""The listening sockets of the workers: where the kernel can spread connections, one for each."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from authserver.supervisor.listening import open_listener, open_shared_port

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from authserver.supervisor.plans import ListenAt


class Listeners:
    """Sockets by the worker's number.

    With a socket each (SO_REUSEPORT), the kernel spreads connections evenly; on a shared one the
    worker that wakes up first takes a whole burst. The sockets stay open here, so that what waits
    in one is there for the next worker, whatever ended the last.
    """

    def __init__(self, at: ListenAt, sockets: list[socket.socket]) -> None:
        """Use `sockets`: one for each worker, or one for all."""
        self._at = at
        self._sockets = sockets

    def of(self, worker: int) -> socket.socket:
        """The socket that this worker accepts from."""
        return self._sockets[worker % len(self._sockets)]

    def retire(self, worker: int) -> None:
        """Let the kernel give this worker's connections to the others until it serves again.

        Its next process gets a new socket, which joins the others when it listens. On a shared
        socket there is nothing to do: others accept from it.

        Raises:
            ListenRefused: no new socket can be opened; the old one stays.
        """
        if len(self._sockets) > 1:
            # The new one first: the port is always ours.
            fresh = open_shared_port(self._at, is_listening=False)
            self._sockets[worker].close()
            self._sockets[worker] = fresh

    def close(self) -> None:
        """Close all of them here; the workers' own copies live on."""
        for each in self._sockets:
            each.close()


@contextmanager
def open_listeners(at: ListenAt, workers: int) -> Iterator[Listeners]:
    """Open what `workers` processes listen at, and close it at the end of the block.

    Raises:
        ListenRefused: the place is taken or not allowed.
    """
    with ExitStack() as stack:
        # Alone at first, also where it is to be shared: so a second server, which might share the
        # port unnoticed, meets a port that is taken.
        alone = stack.enter_context(open_listener(at))
        if at.unix_socket is not None or workers == 1 or sys.platform != "linux":
            yield Listeners(at, [alone])
            return
        alone.close()
        listeners = Listeners(at, [open_shared_port(at) for _ in range(workers)])
        stack.callback(listeners.close)
        yield listeners
