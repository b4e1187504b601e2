"""Reads a URL one strict way: what two parsers could read differently is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import OutboundReason, OutboundRefused

if TYPE_CHECKING:
    from authserver.upstream.http_addresses import IPAddress

MAX_URL_LENGTH: Final = 8192
MAX_HOST_LENGTH: Final = 253
MAX_PORT: Final = 65535
DEFAULT_PORTS: Final = {"https": 443, "http": 80}

_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?]*)(/[^?]*)?(\?.*)?\Z")
_CHARACTERS: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?\[\]-]|%[0-9A-Fa-f]{2})*\Z")
_AUTHORITY: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([1-9][0-9]{0,4}))?\Z")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_NUMBER: Final = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed URL. `literal` is set when the host is an address.

    `path_and_query` is what the request line carries; it may hold secrets.
    """

    scheme: str
    host: str
    port: int
    literal: IPAddress | None
    path_and_query: str = field(repr=False)

    @property
    def authority(self) -> str:
        """Host and, unless it is the scheme's default, port (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if isinstance(self.literal, IPv6Address) else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme and authority (RFC 6454)."""
        return f"{self.scheme}://{self.authority}"


def parse_url(url: str) -> Target:
    """Parse an absolute `https` or `http` URL.

    Hosts are LDH names (internationalized ones as `xn--` labels, RFC 5890), dotted quads or
    bracketed IPv6. Nothing of `url` is repeated in an error: it may hold a password.

    Raises:
        OutboundRefused: `url_refused`, `scheme_refused`, or `address_refused` for an IPv4
            address in any spelling but four plain decimals.
    """
    if len(url) > MAX_URL_LENGTH:
        raise _refused(f"longer than {MAX_URL_LENGTH} characters")
    parts = _URL.match(url)
    if parts is None:
        raise _refused("not of the form https://host/path")
    scheme, authority, path, query = parts.groups(default="")
    scheme = scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise OutboundRefused(OutboundReason.SCHEME_REFUSED, "only https is called")
    if "@" in authority:
        raise _refused("user information in front of the host")
    path_and_query = (path or "/") + query
    if "[" in path_and_query or "]" in path_and_query or not _CHARACTERS.match(path_and_query):
        raise _refused("a fragment or a character that belongs percent-encoded")
    split = _AUTHORITY.match(authority)
    if split is None:
        raise _refused("host or port is not written in the plain ASCII form")
    host = split[1].lower()
    port = int(split[2] or DEFAULT_PORTS[scheme])
    if port > MAX_PORT:
        raise _refused("no such port")
    literal = _literal(host)
    if literal is not None:
        return Target(scheme, str(literal), port, literal, path_and_query)
    _check_name(host)
    return Target(scheme, host, port, None, path_and_query)


def _refused(detail: str) -> OutboundRefused:
    return OutboundRefused(OutboundReason.URL_REFUSED, detail)


def _literal(host: str) -> IPAddress | None:
    """The address that `host` is, or `None` for a name."""
    if host.startswith("["):
        try:
            return IPv6Address(host[1:-1])
        except ValueError:
            bad = True
    elif _NUMBER.match(host.rstrip(".").rpartition(".")[2]):
        # Resolvers read 127.1, 2130706433, 0x7f.1 and 0177.0.0.1 as addresses: a host whose last
        # label is a number is an address or nothing (WHATWG URL, "ends in a number").
        try:
            return IPv4Address(host)
        except ValueError:
            bad = True
    else:
        bad = False
    if bad:
        raise OutboundRefused(OutboundReason.ADDRESS_REFUSED, "an address in an unusual spelling")
    return None


def _check_name(host: str) -> None:
    if len(host) > MAX_HOST_LENGTH or not all(_LABEL.match(label) for label in host.split(".")):
        raise _refused("the host is not a name of letters, digits and hyphens")
    for label in host.split("."):
        if label.startswith("xn--") and not _is_a_label(label):
            raise _refused("an xn-- label that stands for nothing")


def _is_a_label(label: str) -> bool:
    """Whether the label is the one Punycode form (RFC 3492) of something that is not ASCII."""
    encoded = label.removeprefix("xn--").encode("ascii")
    try:
        decoded = encoded.decode("punycode")
        return not decoded.isascii() and decoded.encode("punycode") == encoded
    except (UnicodeError, ValueError, OverflowError):
        return False
