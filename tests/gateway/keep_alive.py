"""Many calls over one connection, with as little work for each as can be."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

_SECONDS: Final = 30.0
_PIECE: Final = 65_536


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; names of headers in lower case, of a repeated one the last value."""

    status: int
    headers: dict[str, str]
    body: bytes


class KeepAlive:
    """One connection to a loopback port, made again when the peer has closed it."""

    def __init__(self, port: int) -> None:
        """Connect at the first call."""
        self._port = port
        self._socket: socket.socket | None = None
        self._rest = b""

    def ask(self, method: str, target: str, authorization: str) -> Reply:
        """Send one call without a body, read its answer; empty `authorization` is not sent."""
        framing = "" if method in {"GET", "HEAD", "DELETE"} else "Content-Length: 0\r\n"
        credential = f"Authorization: {authorization}\r\n" if authorization else ""
        head = (
            f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n"
            f"{credential}Accept: application/json\r\n{framing}\r\n"
        )
        connection = self._connected()
        connection.sendall(head.encode("latin-1"))
        return self._read(connection, has_body=method != "HEAD")

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket, self._rest = None, b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _connected(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), _SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _read(self, connection: socket.socket, *, has_body: bool) -> Reply:
        head = self._until(connection, b"\r\n\r\n").decode("latin-1")
        first, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        status = int(first[9:12])
        body = b""
        if has_body and status not in {204, 304}:
            if headers.get("transfer-encoding") == "chunked":
                body = self._chunks(connection)
            else:
                body = self._exactly(connection, int(headers["content-length"]))
        if headers.get("connection") == "close":
            self.close()
        return Reply(status, headers, body)

    def _chunks(self, connection: socket.socket) -> bytes:
        body = b""
        while size := int(self._until(connection, b"\r\n"), 16):
            body += self._exactly(connection, size)
            self._until(connection, b"\r\n")
        self._until(connection, b"\r\n")
        return body

    def _until(self, connection: socket.socket, end: bytes) -> bytes:
        while end not in self._rest:
            self._more(connection)
        found, _, self._rest = self._rest.partition(end)
        return found

    def _exactly(self, connection: socket.socket, size: int) -> bytes:
        while len(self._rest) < size:
            self._more(connection)
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def _more(self, connection: socket.socket) -> None:
        piece = connection.recv(_PIECE)
        if not piece:
            raise ConnectionError(f"closed after {self._rest!r}")
        self._rest += piece
