"""Requests byte by byte: what no well-behaved client would send."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """The value of a header that came at most once."""
        values = self.all(name)
        assert len(values) <= 1, (name, values)
        return values[0] if values else None

    @property
    def json(self) -> Any:
        """The body, which says that it is JSON."""
        assert (self.header("Content-Type") or "").startswith("application/json"), self
        return json.loads(self.body)


def exchange(port: int, request: bytes, method: str = "GET", seconds: float = 20.0) -> Answer:
    """Send these bytes on a new connection; the first answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection, method=method)
        response.begin()
        return Answer(response.status, tuple(response.getheaders()), response.read())


def call(
    port: int,
    target: str | bytes,
    *headers: tuple[str, str],
    method: str = "GET",
    body: bytes = b"",
    host: str = "localhost",
) -> Answer:
    """One request with these headers, in this order and spelling."""
    raw_target = target if isinstance(target, bytes) else target.encode("latin-1")
    framing = [("Content-Length", str(len(body)))] if body else []
    lines = _lines([("Host", host), *headers, *framing, ("Connection", "close")])
    head = method.encode() + b" " + raw_target + b" HTTP/1.1\r\n" + lines + b"\r\n"
    return exchange(port, head + body, method)


def _lines(headers: Iterable[tuple[str, str]]) -> bytes:
    return b"".join(f"{name}: {value}\r\n".encode("latin-1") for name, value in headers)
