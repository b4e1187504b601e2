"""The request as an endpoint of the machine lane sees it: a value, no framework, no server."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from authserver.domain.calls import Call

if TYPE_CHECKING:
    from collections.abc import Mapping


class Request(NamedTuple):
    """One request, after the shell checked its frame.

    `path` is exactly a path of the route table. `query` is the raw query string, without the
    question mark. `headers` holds only the headers the route names, by lower-case name; a header
    that came empty is there and empty. `body` has at most the route's limit. `peer` is the
    caller's address behind the trusted proxies in canonical text, empty when it is unknown.
    `raw_target` is the request target as a trusted proxy received it, else `None`.
    `received_at` is seconds since the epoch.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    peer: str
    request_id: str
    received_at: float
    raw_target: str | None = None

    def __repr__(self) -> str:
        """Without what holds secrets: representations end up in logs."""
        return f"Request({self.method!r}, {self.path!r}, {self.peer!r}, {self.request_id!r})"

    @property
    def call(self) -> Call:
        """What records and rules need to know of the request."""
        return Call(self.received_at, self.request_id, self.peer)
