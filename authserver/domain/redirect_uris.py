"""Redirect URIs: what may be registered, and when one that is presented is a registered one."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.authorization_profiles import ApplicationType
from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_REDIRECT_URI: Final = 1000
"""Characters: an answer adds its parameters, and all of it has to fit into one header line."""

_URI: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):"
    r"(?://(?P<authority>[^/?]*))?"
    r"(?P<path>/[^?]*|[^/?][^?]*|)"
    r"(?P<query>\?.*)?",
    re.DOTALL,
)
_CHARACTERS: Final = re.compile(r"(?:[A-Za-z0-9._~:/?\[\]@!$&'()+,;=#*-]|%[0-9A-Fa-f]{2})+")
_AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[0-9]+))?")
_NAME: Final = re.compile(
    r"(?=.{1,253}\Z)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*"
    r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_BRACKETS: Final = frozenset("[]")
_DOTS: Final = re.compile(r"(?:\.|%2[eE]){1,2}")
_LOOPBACK: Final = re.compile(
    r"(?P<start>http://(?:127\.0\.0\.1|\[::1\]))(?::(?P<port>[1-9][0-9]{0,4}))?(?P<rest>(?:[/?].*)?)",
    re.DOTALL,
)
_LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "[::1]", "localhost"})
_PORT_MAX: Final = 65_535


class _Parts(NamedTuple):
    scheme: str
    authority: str | None
    path: str
    query: str


def check_redirect_uri(field: str, uri: object, application_type: ApplicationType) -> str:
    """Return `uri` when a client of that type may register it; `field` is how the caller calls it.

    Web clients: https, and http at this very machine (`127.0.0.1`, `[::1]`, `localhost`). Native
    clients also: a private-use scheme with a dot, as whoever owns a domain name makes it (RFC 8252
    section 7.1). Every other scheme is refused, whatever its case.

    Raises:
        InvalidField: says what is allowed (RFC 9700 section 2.6, RFC 8252 section 8.4).
    """
    if not isinstance(uri, str):
        raise InvalidField(field, "a text")
    if not 0 < len(uri) <= LONGEST_REDIRECT_URI:
        raise InvalidField(field, f"1 to {LONGEST_REDIRECT_URI} characters")
    _check_spelling(field, uri)
    parts = _split(uri)
    if parts is None:
        raise InvalidField(field, "an absolute URI, with its scheme")
    if not _BRACKETS.isdisjoint(parts.path + parts.query):
        raise InvalidField(field, "brackets around an IPv6 address only")
    if any(_DOTS.fullmatch(segment) for segment in parts.path.split("/")):
        raise InvalidField(field, "no . or .. in the path")
    if parts.scheme in {"http", "https"}:
        _check_web(field, parts)
    elif application_type is ApplicationType.NATIVE:
        _check_private_use(field, parts)
    else:
        raise InvalidField(field, "https, or http at 127.0.0.1, [::1] or localhost")
    return uri


def is_registered(
    presented: str, registered: Iterable[str], application_type: ApplicationType
) -> bool:
    """Whether `presented` is one of the registered URIs, character by character.

    The one exception: the port of a native client's loopback address may be any, for the system
    gives it to the client when it starts to listen (RFC 8252 section 7.3). `localhost` is no
    address and has no exception.
    """
    # A text instead of a list of texts would be searched for a part of itself.
    known = frozenset(registered)
    if presented in known:
        return True
    if application_type is not ApplicationType.NATIVE:
        return False
    wanted = _without_port(presented)
    return wanted is not None and any(_without_port(each) == wanted for each in known)


def host_of(uri: str) -> str:
    """What people are shown of a registered URI: host and port, or the scheme of a native one."""
    parts = _split(uri)
    if parts is None:
        return ""
    if parts.scheme in {"http", "https"}:
        return parts.authority or ""
    return f"{parts.scheme}:"


def form_target_of(uri: str) -> str:
    """The source expression that lets a form lead to a registered URI (CSP `form-action`).

    Content Security Policy cannot name IPv6 addresses, so those get the whole scheme.
    """
    parts = _split(uri)
    if parts is None:
        return "'none'"
    if parts.scheme not in {"http", "https"} or (parts.authority or "").startswith("["):
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.authority}"


def is_https(uri: str) -> bool:
    """Whether answers to the registered `uri` travel encrypted, to whom the name belongs."""
    return uri.startswith("https://")


def _check_spelling(field: str, uri: str) -> None:
    """Only characters that no two programs read differently."""
    if _CHARACTERS.fullmatch(uri) is None:
        raise InvalidField(
            field, "characters of RFC 3986 only, others percent-encoded; no blank, no backslash"
        )
    if "#" in uri:
        raise InvalidField(field, "no fragment (RFC 6749 section 3.1.2)")
    if "*" in uri:
        raise InvalidField(field, "no wildcard: every URI is registered whole")


def _split(uri: str) -> _Parts | None:
    found = _URI.fullmatch(uri)
    if found is None:
        return None
    return _Parts(found["scheme"], found["authority"], found["path"], found["query"] or "")


def _check_web(field: str, parts: _Parts) -> None:
    if not parts.authority:
        raise InvalidField(field, "a host behind the scheme: https://host/path")
    if "@" in parts.authority:
        raise InvalidField(field, "no user name or password before the host")
    found = _AUTHORITY.fullmatch(parts.authority)
    if found is None or not _is_host(found["host"]):
        raise InvalidField(field, "a host name or an IP address, with a port or without")
    port = found["port"]
    if port is not None and (port.startswith("0") or not 1 <= int(port[:6]) <= _PORT_MAX):
        raise InvalidField(field, f"a port from 1 to {_PORT_MAX}, without leading zeros")
    if parts.scheme == "http" and found["host"] not in _LOOPBACK_HOSTS:
        raise InvalidField(field, "https; http only at 127.0.0.1, [::1] or localhost")


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return _is_address(host[1:-1], 6)
    return _NAME.fullmatch(host) is not None or _is_address(host, 4)


def _is_address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def _check_private_use(field: str, parts: _Parts) -> None:
    if parts.scheme != parts.scheme.lower():
        raise InvalidField(field, "a scheme in lower case")
    if "." not in parts.scheme or parts.scheme.endswith("."):
        raise InvalidField(
            field,
            "https, http at 127.0.0.1 or [::1], or a scheme made of a domain name in reverse "
            "(com.example.app:/callback)",
        )
    if "@" in (parts.authority or ""):
        raise InvalidField(field, "no user name or password before the host")
    if not _BRACKETS.isdisjoint(parts.authority or ""):
        raise InvalidField(field, "brackets around an IPv6 address only")
    if not parts.authority and parts.path in {"", "/"}:
        raise InvalidField(field, "a path behind the scheme: com.example.app:/callback")


def _without_port(uri: str) -> tuple[str, str] | None:
    found = _LOOPBACK.fullmatch(uri)
    if found is None or int(found["port"] or 80) > _PORT_MAX:
        return None
    return found["start"], found["rest"]
