"""A tiny HTTP server that keeps what it was asked and answers as it is told."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self

from tests.gateway.header_fields import HeaderFields

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

HANG_SECONDS: Final = 60.0
"""How long `Reply.hang` waits, unless the server is closed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(HeaderFields):
    """One request as it came in: `target` raw."""

    method: str
    target: str
    body: bytes

    @property
    def names(self) -> set[str]:
        """The names of all headers, in lower case."""
        return {name.lower() for name, _ in self.headers}


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer; `raw` takes the place of a whole answer, `hang` answers nothing at all."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raw: bytes | None = None
    hang: bool = False


@dataclass(slots=True)
class StubServer:
    """Listens on a loopback port while the block lasts; `reply` says what to answer."""

    reply: Callable[[Seen], Reply]
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None

    def take(self) -> list[Seen]:
        """What came since the last time."""
        taken, self.seen[:] = list(self.seen), []
        return taken

    def __enter__(self) -> Self:
        self.closing.clear()
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that goes away is nothing to tell."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Let go of the connections that rest, too."""
        super().server_close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _handler(stub: StubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = HANG_SECONDS

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            assert "Transfer-Encoding" not in self.headers
            # `self.path` is mended by the library; the request line is not.
            seen = Seen(
                method=self.command,
                target=self.requestline.split(" ")[1],
                headers=tuple(self.headers.items()),
                body=self.rfile.read(length),
            )
            stub.seen.append(seen)
            reply = stub.reply(seen)
            if reply.hang:
                stub.closing.wait(HANG_SECONDS)
                self.close_connection = True
                return
            if reply.raw is not None:
                self.wfile.write(reply.raw)
                self.close_connection = True
                return
            self.send_response_only(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            if self.command == "HEAD":
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                return
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - so named there
            """Say nothing."""

        def __getattr__(self, name: str) -> Any:
            # Any method at all: `do_GET`, `do_FOO`.
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

    return Handler
