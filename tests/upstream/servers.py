"""Loopback servers that answer as a script tells them, well or badly."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from types import TracebackType


@dataclass
class Visit:
    """One request as it arrived, and the line to answer on."""

    server: LoopbackServer
    line: socket.socket
    request: bytes
    number: int

    def say(self, data: bytes) -> None:
        self.line.sendall(data)

    def drip(self, data: bytes, *, every: float = 0.01) -> None:
        """One byte at a time, until all is said, the other side is gone or the server stops."""
        for index in range(len(data)):
            self.line.sendall(data[index : index + 1])
            if self.server.stopping.wait(every):
                return

    def hang(self) -> None:
        self.server.stopping.wait(30)


Script = Callable[[Visit], bool | None]
"""Answers a visit; `True` keeps the connection for another request."""


@dataclass
class LoopbackServer:
    """Listens on loopback; counts connections, keeps requests and server names.

    One that does not read runs its script as soon as it is connected.
    """

    script: Script
    tls: ssl.SSLContext | None = None
    address: str = "127.0.0.1"
    reads: bool = True
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((self.address, 0))
        self._listener.listen(64)
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._lines: list[socket.socket] = []

    def __enter__(self) -> Self:
        if self.tls is not None:
            self.tls.sni_callback = self._note_name
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    @property
    def origin(self) -> str:
        scheme = "http" if self.tls is None else "https"
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{scheme}://{host}:{self.port}"

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _note_name(self, _line: object, name: str | None, _context: object) -> None:
        self.server_names.append(name)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._lines.append(line)
            self._start(self._serve, line)

    def _serve(self, line: socket.socket) -> None:
        # The other side hangs up in the middle of most of these stories.
        with contextlib.suppress(OSError, ValueError), line:
            if self.tls is None:
                self._talk(line)
            else:
                with self.tls.wrap_socket(line, server_side=True) as wrapped:
                    self._lines.append(wrapped)
                    self._talk(wrapped)

    def _talk(self, line: socket.socket) -> None:
        if not self.reads:
            self.script(Visit(self, line, b"", 0))
            return
        while request := _read_request(line):
            self.requests.append(request)
            if not self.script(Visit(self, line, request, len(self.requests))):
                return


def _read_request(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = line.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    for field_line in head.split(b"\r\n")[1:]:
        name, _, value = field_line.partition(b":")
        if name.lower() == b"content-length":
            while len(body) < int(value):
                body += line.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(
    body: bytes = b"{}",
    *,
    status: str = "200 OK",
    kind: str = "application/json",
    extra: tuple[str, ...] = (),
) -> bytes:
    """A well-formed response; `extra` are further header lines."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        *extra,
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def always(data: bytes) -> Script:
    """Say this to every request and keep the connection."""

    def script(visit: Visit) -> bool:
        visit.say(data)
        return True

    return script


def once(data: bytes) -> Script:
    """Say this and hang up."""

    def script(visit: Visit) -> None:
        visit.say(data)

    return script
