"""Fuzzing of a running server with raw bytes over a socket.

`fuzz_socket` can be pointed at any server that has the machine lane; it is deterministic for a
seed, so that a finding can be looked at again.
"""

from __future__ import annotations

import contextlib
import random  # noqa: TID251 - repeatable dice for test cases, nothing secret
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.machine.bent_requests import bent_request

Address = tuple[str, int] | str
"""Host and port, or the path of a Unix socket."""

SECONDS = 5.0
"""How long one answer may take before it counts as a hang."""

PATIENCE = 0.05
"""How long a server may think before it is told that nothing more will come."""
AT_ONCE = 8
ALIVE = b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})(?: |\r\n)")


@dataclass(frozen=True)
class Finding:
    """One case that a server must not answer like this; `sent` repeats it, byte for byte."""

    case: int
    problem: str
    sent: bytes
    received: bytes


def fuzz_socket(address: Address, seed: int, cases: int) -> list[Finding]:
    """Send `cases` requests, most of them broken, and report what a server must not do.

    That is: a 5xx, an answer that is no HTTP, no end within five seconds, no answer to a plain
    `GET /livez` every hundred cases.
    """
    findings: list[Finding] = []

    def run(case: int) -> Finding | None:
        sent = bent_request(random.Random(f"{seed}:{case}"))
        problem, received = _judge(address, sent)
        return Finding(case, problem, sent, received[:2000]) if problem else None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, cases, 100):
            found = pool.map(run, range(start, min(cases, start + 100)))
            findings.extend(finding for finding in found if finding is not None)
            if not is_alive(address):
                findings.append(Finding(start, "the server does not answer any more", ALIVE, b""))
                break
    return findings


def is_alive(address: Address) -> bool:
    """Whether a plain `GET /livez` is answered in time.

    The request is whole, so nothing is half closed after it: a server that is busy for longer than
    `PATIENCE` would drop it, and look dead.
    """
    with _connected(address) as connection:
        received = b""
        with contextlib.suppress(OSError):
            connection.sendall(ALIVE)
            while chunk := connection.recv(65_536):
                received += chunk
    return b"alive" in received


def _connected(address: Address) -> socket.socket:
    """A connection that gives up after `SECONDS`."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.settimeout(SECONDS)
    connection.connect(address)
    return connection


def _judge(address: Address, sent: bytes) -> tuple[str, bytes]:
    try:
        received = _exchange(address, sent)
    except TimeoutError:
        return f"no end of the answer within {SECONDS:g} s", b""
    for status in STATUS_LINE.findall(received):
        if status.startswith(b"5"):
            return f"status {status.decode()}", received
    if received and STATUS_LINE.match(received) is None:
        return "the answer is no HTTP", received
    return "", received


def _exchange(address: Address, sent: bytes) -> bytes:
    """Send everything and read until the server closes.

    Only when nothing comes for a while the server is told that no more will follow: many servers
    drop a request whose client has half closed.
    """
    with _connected(address) as connection:
        # A server may have answered and closed before everything was sent.
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
        connection.settimeout(PATIENCE)
        received = b""
        with contextlib.suppress(ConnectionError):
            try:
                while chunk := connection.recv(65_536):
                    received += chunk
            except TimeoutError:
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(SECONDS)
                while chunk := connection.recv(65_536):
                    received += chunk
        return received
