"""Threads of the HTTP server take turns: where requests begin and end, and who looks on."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
    Callback = Callable[[Any, Any], Any]

LOOK_SECONDS: Final = 0.02
"""A request that takes longer than one to two of these is taken to be waiting for something."""


class Turns(Protocol):
    """What an application has to offer, as its attribute `turns`, for its threads to take turns."""

    def begin(self) -> None:
        """The calling thread has a request."""
        ...

    def end(self, *, may_stand_by: bool = True) -> None:
        """It has answered it. Returns when it shall take another one."""
        ...

    def look(self) -> None:
        """Let others step in for those that take long."""
        ...


def taking_turns(
    wrap: Callable[[Application], Callback], application: Application, turns: Turns
) -> Callback:
    """The server's callback for `application`, made by `wrap`, with turns around each request.

    The server has the answer before the callback returns, so that a thread may stand by at its end:
    it has nothing more to do for this request, and the server gives it no other one meanwhile. Its
    thread goes back where the server is not finished: with a streamed answer, and with a body that
    was not read to its end, on whose connection it waits for the callback.
    """
    here = threading.local()

    def noting(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = None
        length = environ.get("CONTENT_LENGTH")
        if length or "HTTP_TRANSFER_ENCODING" in environ:
            body = environ["wsgi.input"] = _Body(environ["wsgi.input"])
        answer = application(environ, start_response)
        is_read = body is None or str(body.count) == length
        here.is_finished = is_read and isinstance(answer, list)
        return answer

    run = wrap(noting)

    def in_turn(proto: Any, scope: Any) -> Any:
        turns.begin()
        here.is_finished = False
        try:
            return run(proto, scope)
        finally:
            turns.end(may_stand_by=here.is_finished)

    threading.Thread(target=_look_on, args=(turns,), name="turns", daemon=True).start()
    return in_turn


class _Body:
    """A request's body, and how many bytes of it were read by `read`."""

    __slots__ = ("_stream", "count")

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.count = 0

    def read(self, *size: int) -> bytes:
        content: bytes = self._stream.read(*size)
        self.count += len(content)
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _look_on(turns: Turns) -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        turns.look()
