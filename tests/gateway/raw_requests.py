"""Requests byte by byte: what no well-behaved client would send."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from tests.gateway.header_fields import HeaderFields

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(HeaderFields):
    """One answer."""

    status: int
    body: bytes

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
        headers = tuple(response.getheaders())
        return Answer(status=response.status, headers=headers, body=response.read())


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
