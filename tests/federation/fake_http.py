"""An `HttpClient` without a network: fake providers answer, and every request is on record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundReason,
    OutboundResponse,
    OutboundUnavailable,
)
from authserver.upstream.http_documents import DocumentCalls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.federation.fake_provider import FakeProvider

JSON = "application/json"
BODY_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that went out."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def host(self) -> str:
        """Whom it went to, with the port where there is one."""
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """The path, without the query."""
        return urlsplit(self.url).path


@dataclass
class FakeHttp(DocumentCalls):
    """Sends each request to the provider that serves its host.

    `strangers` counts requests to hosts that nobody serves: nobody should ever ask them.
    """

    providers: list[FakeProvider] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    strangers: list[Sent] = field(default_factory=list)

    def to(self, path: str) -> list[Sent]:
        """The requests whose path ends so."""
        return [each for each in self.sent if each.path.endswith(path)]

    def close(self) -> None:
        """As `GuardedHttpClient.close`: nothing is open."""

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
        """As `HttpClient.request`."""
        del accept, total_seconds
        given = {name.lower(): value for name, value in (headers or {}).items()}
        sent = Sent(method, url, given, body or b"")
        self.sent.append(sent)
        provider = next((each for each in self.providers if sent.host in each.hosts), None)
        if provider is None:
            self.strangers.append(sent)
            raise OutboundUnavailable(OutboundReason.DNS_FAILED, origin=sent.host)
        response = provider.answer(sent)
        if len(response.body) > min(BODY_MAX, max_body_bytes or BODY_MAX):
            raise OutboundAnswerInvalid(OutboundReason.TOO_LARGE, origin=sent.host)
        if response.status in (301, 302, 303, 307, 308):
            raise OutboundAnswerInvalid(
                OutboundReason.REDIRECT_REFUSED,
                origin=sent.host,
                status=response.status,
                location=response.headers.get("location", ""),
            )
        return response
