"""Name lookup with a time limit, which the system's own resolver does not have."""

from __future__ import annotations

import queue
import socket
import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Resolver(Protocol):
    """Finds the addresses of a host name."""

    def resolve(self, host: str, port: int, *, timeout_seconds: float) -> Sequence[str]:
        """All addresses as text, IPv4 and IPv6, best first.

        Raises:
            TimeoutError: no answer in time.
            OSError: no such name, or the resolver failed.
        """
        ...


class SystemResolver:
    """`getaddrinfo`, each lookup in a thread that may be left behind; their number is bounded."""

    def __init__(self, *, max_lookups: int = 16) -> None:
        self._slots = threading.BoundedSemaphore(max_lookups)

    def resolve(self, host: str, port: int, *, timeout_seconds: float) -> Sequence[str]:
        """As `Resolver.resolve`; also TimeoutError when every slot is held by a stuck lookup."""
        # A waiter would gain nothing: a slot frees itself only when some stuck lookup ends.
        if not self._slots.acquire(blocking=False):
            raise TimeoutError
        answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()
        thread = threading.Thread(
            target=self._look_up, args=(host, port, answers), name="resolver", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            self._slots.release()
            raise OSError from None
        try:
            answer = answers.get(timeout=timeout_seconds)
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(answer, OSError):
            raise answer
        return answer

    def _look_up(
        self, host: str, port: int, answers: queue.SimpleQueue[list[str] | OSError]
    ) -> None:
        try:
            # Bytes keep Python's IDNA 2003 codec out; the URL parser lets ASCII names through only.
            found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
            answers.put([str(entry[4][0]) for entry in found])
        except OSError as error:
            answers.put(error)
        finally:
            self._slots.release()
