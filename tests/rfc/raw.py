"""Bytes over a socket: requests that no client library would send."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from dataclasses import dataclass
from typing import Final

SECONDS: Final = 10.0
_STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a server said on one connection, and whether it then closed it by itself."""

    said: bytes
    closed: bool

    @property
    def statuses(self) -> list[int]:
        """The status of each answer."""
        return [int(status) for status in _STATUS.findall(self.said)]


def say(port: int, sent: bytes, *, quiet_seconds: float = 0.15) -> Heard:
    """Send the bytes; listen until the server closes or is quiet for a while."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        # A server may have refused and closed before everything was sent.
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
        return listen(connection, quiet_seconds=quiet_seconds)


def listen(connection: socket.socket, *, quiet_seconds: float = 0.15) -> Heard:
    """Everything that comes; a server that has not begun to answer is given more time."""
    said = b""
    end = time.monotonic() + SECONDS
    with contextlib.suppress(ConnectionError):
        while time.monotonic() < end:
            connection.settimeout(quiet_seconds if said else SECONDS)
            try:
                part = connection.recv(65_536)
            except TimeoutError:
                return Heard(said, closed=False)
            if not part:
                break
            said += part
    return Heard(said, closed=True)


def request(
    method: str,
    target: str,
    *headers: str,
    body: bytes = b"",
    version: str = "HTTP/1.1",
    host: str = "Host: localhost",
) -> bytes:
    """A request, header lines exactly as given."""
    lines = [f"{method} {target} {version}", *([host] if host else []), *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
