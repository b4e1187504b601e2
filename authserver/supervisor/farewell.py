"""Ending a worker's connections in order: busy ones are told first, resting ones closed after."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

_OWN_DESCRIPTORS: Final = Path("/proc/self/fd")
_NOWHERE: Final[dict[int, tuple[str, int] | str]] = {
    socket.AF_INET: ("127.0.0.1", 0),
    socket.AF_INET6: ("::1", 0),
    socket.AF_UNIX: "",  # the kernel makes up a name that is not a file
}

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Headers = list[tuple[str, str]]


class Farewell:
    """A WSGI application that, once told so, ends every connection with its next answer.

    A server that simply closes resting connections meets requests that are already on their way
    there; their senders cannot know whether they were heard. Most connections of a busy server
    are not resting: with `Connection: close` in the answer (RFC 9112 section 9.6) their clients
    open new ones, which other workers take.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        """Pass everything on until `begin`."""
        self._application = application
        self._answer = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Answer one request."""
        return self._answer(environ, start_response)

    def begin(self) -> None:
        """From now on each answer is the last on its connection."""
        self._answer = self._last_answer

    def _last_answer(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        def closing(status: str, headers: Headers, *error: object) -> Any:
            return start_response(status, [*headers, ("connection", "close")], *error)

        return self._application(environ, closing)


def stop_accepting(listener: socket.socket) -> None:
    """Let the other workers take what waits at the shared socket from now on.

    Granian stops accepting and closes connections in one step, and a connection that was accepted
    the moment before would be closed before its request is read. So each of this process's
    descriptors of the socket is turned into one of a socket that nobody knows. Where /proc does
    not exist nothing happens.
    """
    if not _OWN_DESCRIPTORS.is_dir():
        return
    ours = os.fstat(listener.fileno())
    with socket.socket(listener.family, socket.SOCK_STREAM) as nowhere:
        nowhere.bind(_NOWHERE[listener.family])
        nowhere.listen(1)
        nowhere.setblocking(False)  # noqa: FBT003 - the method has no keyword
        for path in list(_OWN_DESCRIPTORS.iterdir()):
            _redirect(int(path.name), ours, nowhere)


def _redirect(descriptor: int, ours: os.stat_result, nowhere: socket.socket) -> None:
    with contextlib.suppress(OSError):
        found = os.fstat(descriptor)
        if (found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino):
            os.dup2(nowhere.fileno(), descriptor, inheritable=False)
