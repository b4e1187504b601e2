"""Requests to the stand-in itself, byte by byte and with requests."""

from __future__ import annotations

import re
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.resources import ResourceKind
from tests.standin.handed_over import ServiceCredential
from tests.standin.server import StandInServer
from tests.standin.site import StandInSite

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Sequence

    from tests.standin.handed_over import HandOverRule
    from tests.standin.notes import Note

CREDENTIAL = "Bearer the-credential-of-the-site"
OWNER = "svc-gateway"


@dataclass(frozen=True, slots=True)
class Raw:
    """What came back: everything, and the status of the last answer in it."""

    text: str

    @property
    def statuses(self) -> list[int]:
        """Every status in what came back."""
        return [int(status) for status in re.findall(r"HTTP/1\.1 ([0-9]{3}) ", self.text)]


@contextmanager
def standing_in(
    rule: HandOverRule | None = None,
    kind: ResourceKind = ResourceKind.JIRA_DC,
    *,
    context_path: str = "",
    browsers: bool = False,
    tls: ssl.SSLContext | None = None,
) -> Iterator[StandInServer]:
    """A stand-in for the time of a block; by default with a service credential."""
    rule = rule or ServiceCredential(CREDENTIAL, OWNER)
    site = StandInSite(kind, rule, context_path=context_path, browsers=browsers)
    with StandInServer(site, tls=tls) as server:
        yield server


def raw(server: StandInServer, *pieces: bytes) -> Raw:
    """Send bytes and read until the stand-in closes or falls silent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as peer:
        for piece in pieces:
            peer.sendall(piece)
        peer.shutdown(socket.SHUT_WR)
        answer = bytearray()
        while piece := peer.recv(65536):
            answer += piece
    return Raw(answer.decode("latin-1"))


def get(
    server: StandInServer,
    target: str,
    *lines: str,
    method: str = "GET",
    credential: str = CREDENTIAL,
) -> Raw:
    """One request; with the site's credential unless another or none is given."""
    given = (f"Authorization: {credential}",) if credential else ()
    head = "\r\n".join([f"{method} {target} HTTP/1.1", "Host: jira.example", *given, *lines])
    return raw(server, f"{head}\r\n\r\n".encode("latin-1"))


def last(server: StandInServer) -> Note:
    """The last request that was noted."""
    notes: Sequence[Note] = server.site.notes.all()
    return notes[-1]
