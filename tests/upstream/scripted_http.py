"""An `HttpClient` that answers as a script tells it, and remembers what was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from authserver.crypto.foreign_keys import ForeignKeySets
from authserver.domain.outbound import OutboundResponse
from authserver.upstream.http_documents import DocumentCalls
from authserver.upstream.http_requests import request_headers
from authserver.upstream.oidc_server import OidcServers
from tests.doubles import FakeClock

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Sent:
    """One request that went out."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    seconds: float | None

    @property
    def form(self) -> dict[str, str]:
        """The form in the body, each member once."""
        members = parse_qs(self.body.decode(), keep_blank_values=True, strict_parsing=True)
        assert all(len(values) == 1 for values in members.values())
        return {name: values[0] for name, values in members.items()}

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


def said(document: object = None, status: int = 200, **headers: str) -> OutboundResponse:
    """A JSON answer."""
    body = json.dumps({} if document is None else document).encode()
    return OutboundResponse(status, {"content-type": "application/json", **headers}, body)


def page(status: int = 200) -> OutboundResponse:
    """An answer for people."""
    return OutboundResponse(status, {"content-type": "text/html"}, b"<p>Sorry</p>")


@dataclass
class ScriptedHttp(DocumentCalls):
    """Gives the answers in turn; the last one stays. Every call takes `takes` seconds."""

    answers: list[OutboundResponse | Exception] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)
    takes: float = 0.0
    sent: list[Sent] = field(default_factory=list)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        accept: str = "*/*",
        max_body_bytes: int | None = None,
        total_seconds: float | None = None,
    ) -> OutboundResponse:
        assert max_body_bytes == 1024 * 1024
        given = request_headers(method, headers, accept)
        self.sent.append(Sent(method, url, given, body or b"", total_seconds))
        self.clock.advance(self.takes)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def servers(http: ScriptedHttp, *opened: str) -> OidcServers:
    """The calls to providers, by way of `http`."""
    return OidcServers(
        http=http, clock=http.clock, keys=ForeignKeySets(), opened_origins=frozenset(opened)
    )
