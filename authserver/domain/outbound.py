"""Calls to other servers: what may be called, what comes back, what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from authserver.domain.errors import DomainError, InvalidField

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Network, IPv6Network

WIDEST_PREFIX: Final = {4: 8, 6: 7}
"""Shortest prefix, by IP version, of a network that may be opened (10.0.0.0/8, fc00::/7)."""

RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "resolve_seconds": (0.001, 60),
    "connect_seconds": (0.001, 60),
    "total_seconds": (0.001, 60),
    "max_body_bytes": (1, 16 * 1024 * 1024),
    "max_header_bytes": (1024, 64 * 1024),
    "max_headers": (1, 99),
    "max_connections": (1, 1000),
    "max_connections_per_origin": (1, 1000),
    "max_idle_seconds": (0, 60),
    "get_retries": (0, 3),
    "breaker_failures": (1, 1000),
    "breaker_open_seconds": (0.001, 3600),
}
"""Lowest and highest value of each figure in `OutboundPolicy`."""


class OutboundReason(StrEnum):
    """Why a call failed: stable words for logs, metrics and callers."""

    URL_REFUSED = "url_refused"
    SCHEME_REFUSED = "scheme_refused"
    PORT_REFUSED = "port_refused"
    ADDRESS_REFUSED = "address_refused"
    REQUEST_REFUSED = "request_refused"
    BUSY = "busy"
    CIRCUIT_OPEN = "circuit_open"
    DNS_FAILED = "dns_failed"
    CONNECT_FAILED = "connect_failed"
    TLS_FAILED = "tls_failed"
    TIMEOUT = "timeout"
    CONNECTION_BROKEN = "connection_broken"
    PROTOCOL_ERROR = "protocol_error"
    REDIRECT_REFUSED = "redirect_refused"
    HEADERS_TOO_LARGE = "headers_too_large"
    TOO_LARGE = "too_large"
    ENCODING_REFUSED = "encoding_refused"
    STATUS = "status"
    NOT_JSON = "not_json"


class UntoldText(str):
    """Another server's text: to be judged, and in no repr, for those end up in logs."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Only whether there is any."""
        return "'…'" if self else "''"


class OutboundError(DomainError):
    """A call to another server did not give a usable answer.

    `origin` is scheme, host and port (empty while the URL is not trusted); `detail` is a phrase
    for operators. Neither holds user information, path, query, header or body text.
    """

    def __init__(self, reason: OutboundReason, detail: str = "", *, origin: str = "") -> None:
        """Remember the reason, and for operators the detail and whom the call was for."""
        super().__init__(reason, detail, origin)
        self.reason = reason
        self.detail = detail
        self.origin = origin

    def __str__(self) -> str:
        """Reason, then origin and detail where known."""
        origin = f" ({self.origin})" if self.origin else ""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.reason}{origin}{detail}"


class OutboundRefused(OutboundError):
    """We do not make this call: URL, scheme, port, address or request breaks the policy."""


class OutboundUnavailable(OutboundError):
    """The server could not be reached, was too slow, or is being left alone for a while."""


class OutboundAnswerInvalid(OutboundError):
    """The server answered, but not with something we take. `status` is 0 where none was read.

    `location` is where a redirect led, which is never followed: the other server's text, to be
    judged and not to be shown.
    """

    def __init__(
        self,
        reason: OutboundReason,
        detail: str = "",
        *,
        origin: str = "",
        status: int = 0,
        location: str = "",
    ) -> None:
        """Remember the reason, and the HTTP status code where that is the reason."""
        super().__init__(reason, detail, origin=origin)
        self.status = status
        self.location = UntoldText(location)


@dataclass(frozen=True, slots=True)
class OutboundResponse:
    """An answer. Names of `headers` are lower case; repeated ones are joined by a comma.

    Cookies are left out. Headers and body may hold secrets and stay out of the repr.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboundDocument:
    """An answer whose body was one JSON object; `headers` as in `OutboundResponse`."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    document: dict[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboundPolicy:
    """What may be called and what a call may cost.

    Args:
        private_origins: exact `scheme://host[:port]` the administrator names. Such an origin may
            live at a loopback, private or shared address and on any port; plain `http` is
            possible for these only, and only at such an address.
        private_networks: networks whose addresses any host may resolve to. For clients that call
            administrator-configured URLs; never for URLs that strangers register.
        ports: ports of all other origins.
        resolve_seconds: limit of the name lookup.
        connect_seconds: limit of TCP connection and TLS handshake together.
        total_seconds: limit of the whole call, lookup and last byte included.
        max_body_bytes: largest body read.
        max_header_bytes: largest response head read.
        max_headers: most header fields in a response (at most 99).
        max_connections: calls under way at once, all origins.
        max_connections_per_origin: calls under way at once to one origin.
        max_idle_seconds: longest rest of a connection before it is not used again.
        get_retries: further attempts of a GET that got no answer, within the same
            `total_seconds`.
        breaker_failures: failures in a row after which an origin is left alone.
        breaker_open_seconds: for how long; then one call tries.

    Raises:
        InvalidField: a figure is out of range or a network is too wide.
    """

    private_origins: frozenset[str] = frozenset()
    private_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ports: frozenset[int] = frozenset({443})
    resolve_seconds: float = 2.0
    connect_seconds: float = 2.0
    total_seconds: float = 5.0
    max_body_bytes: int = 1024 * 1024
    max_header_bytes: int = 32 * 1024
    max_headers: int = 99
    max_connections: int = 32
    max_connections_per_origin: int = 8
    max_idle_seconds: float = 10.0
    get_retries: int = 0
    breaker_failures: int = 5
    breaker_open_seconds: float = 30.0

    def __post_init__(self) -> None:
        """Refuse figures that would switch a protection off."""
        for name, (lowest, highest) in RANGES.items():
            if not lowest <= getattr(self, name) <= highest:
                raise InvalidField(name, f"{lowest} to {highest}")
        if not all(0 < port < 1 << 16 for port in self.ports):
            raise InvalidField("ports", "1 to 65535 each")
        if any(net.prefixlen < WIDEST_PREFIX[net.version] for net in self.private_networks):
            raise InvalidField("private_networks", "at least /8 (IPv4) or /7 (IPv6) each")


class HttpClient(Protocol):
    """The only way to call another server."""

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
        """One call; any status but a redirect is returned. Limits can only be lowered.

        Raises:
            OutboundRefused: the policy forbids the call; nothing was sent.
            OutboundUnavailable: no answer.
            OutboundAnswerInvalid: an answer we do not take.
        """
        ...

    def request_json(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        max_body_bytes: int | None = None,
        total_seconds: float | None = None,
    ) -> OutboundDocument:
        """One call whose answer, 2xx or 4xx, is a JSON object (RFC 8259, strict).

        Raises:
            OutboundError: as `request`; `status` for a 5xx, `not_json` for anything else.
        """
        ...

    def get_json(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_body_bytes: int | None = None,
        total_seconds: float | None = None,
    ) -> dict[str, object]:
        """The JSON object at `url`; every status but 200 is an error.

        Raises:
            OutboundError: as `request_json`; `status` for every status but 200.
        """
        ...
