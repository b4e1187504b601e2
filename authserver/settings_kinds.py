"""Kinds of settings: what a value may be, and how text or a TOML value becomes one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

_ORIGIN: Final = re.compile(r"https?://[a-z0-9.\-\[\]:]+\Z")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z|\[[0-9a-f:.]+\]\Z")
_ISSUER_PATH: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*\Z")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,12}\Z")
_DATABASE_URL: Final = re.compile(r"(sqlite|postgres|postgresql|postgresql\+psycopg)://\S*\Z")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LONGEST_TEXT: Final = 2000


class Kind(Protocol):
    """What a setting may hold."""

    @property
    def allowed(self) -> str:
        """A phrase for messages and for the reference: `a whole number from 1 to 64`."""
        ...

    def parse(self, raw: object) -> object:
        """The value, from an environment variable's text or a TOML value.

        Raises:
            ValueError: not allowed; carries no text, since the value may be anything.
        """
        ...


def _text(raw: object) -> str:
    if not isinstance(raw, str) or len(raw) > _LONGEST_TEXT or not raw.isprintable():
        raise ValueError
    return raw


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number between `lowest` and `highest`, both included."""

    lowest: int
    highest: int

    @property
    def allowed(self) -> str:
        """The range in words."""
        return f"a whole number from {self.lowest} to {self.highest}"

    def parse(self, raw: object) -> int:
        """An integer, or its decimal digits."""
        if isinstance(raw, str) and _DECIMAL.match(raw):
            raw = int(raw)
        number = raw if isinstance(raw, int) and not isinstance(raw, bool) else self.lowest - 1
        if not self.lowest <= number <= self.highest:
            raise ValueError
        return number


@dataclass(frozen=True, slots=True)
class Choice:
    """One word out of a few."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The words."""
        return "one of " + ", ".join(self.words)

    def parse(self, raw: object) -> str:
        """The word itself, exactly as listed."""
        word = _text(raw)
        if word not in self.words:
            raise ValueError
        return word


@dataclass(frozen=True, slots=True)
class FileMode:
    """Permission bits in octal, like 660."""

    @property
    def allowed(self) -> str:
        """The form."""
        return "permission bits as three octal digits in quotes, like 660"

    def parse(self, raw: object) -> int:
        """Three octal digits as text: TOML has no octal number that reads like chmod's."""
        digits = _text(raw)
        if re.fullmatch(r"[0-7]{3}", digits) is None:
            raise ValueError
        return int(digits, 8)


@dataclass(frozen=True, slots=True)
class FilePath:
    """A path of a file or folder; relative ones are resolved by the loader."""

    optional: bool = False

    @property
    def allowed(self) -> str:
        """The form."""
        return "a path" + (", or empty for none" if self.optional else "")

    def parse(self, raw: object) -> Path | None:
        """A path, not yet absolute; `None` for an empty one where that is allowed."""
        text = _text(raw)
        if not text:
            if self.optional:
                return None
            raise ValueError
        return Path(text)


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address to listen on."""

    @property
    def allowed(self) -> str:
        """The form."""
        return "an IP address, like 127.0.0.1 or ::1"

    def parse(self, raw: object) -> str:
        """The address in its shortest spelling."""
        return str(ip_address(_text(raw)))


@dataclass(frozen=True, slots=True)
class Networks:
    """Several networks in CIDR notation; `words` name peers that have no address."""

    words: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """The form."""
        extra = "".join(f", or {word}" for word in self.words)
        return f"a list of networks like 10.0.0.0/8 or addresses{extra}"

    def parse(self, raw: object) -> tuple[str, ...]:
        """Networks in canonical spelling; a network with host bits set is refused."""
        return tuple(self._one(item) for item in items(raw))

    def _one(self, item: str) -> str:
        return item if item in self.words else str(ip_network(item))


@dataclass(frozen=True, slots=True)
class Origins:
    """Several origins: scheme, host and port of a URL."""

    @property
    def allowed(self) -> str:
        """The form."""
        return "a list of origins like https://idp.example.com:8443, nothing after the port"

    def parse(self, raw: object) -> tuple[str, ...]:
        """The origins as they are; each must be lower case and complete."""
        origins = items(raw)
        for item in origins:
            if _ORIGIN.match(item) is None or not urlsplit(item).hostname:
                raise ValueError
            _ = urlsplit(item).port  # raises ValueError beyond 65535
        return origins


@dataclass(frozen=True, slots=True)
class IssuerUrl:
    """The issuer identifier (RFC 8414 section 2), in the one spelling that clients compare."""

    @property
    def allowed(self) -> str:
        """The form."""
        return (
            "an https URL in lower case without query, fragment, user, default port or trailing "
            "slash, like https://auth.example.com (http only for localhost, 127.0.0.1, [::1])"
        )

    def parse(self, raw: object) -> str:
        """The URL as it is: it must come in canonical spelling."""
        url = _text(raw)
        parts = urlsplit(url)
        port = parts.port
        if parts.scheme not in _DEFAULT_PORTS or _HOST.match(_bare_host(parts.netloc)) is None:
            raise ValueError
        if port in (0, _DEFAULT_PORTS[parts.scheme]) or parts.netloc.endswith(":"):
            raise ValueError
        if _ISSUER_PATH.match(parts.path) is None:
            raise ValueError
        if url != f"{parts.scheme}://{parts.netloc}{parts.path}":
            raise ValueError
        if parts.scheme == "http" and not is_loopback_host(parts.hostname or ""):
            raise ValueError
        return url


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """Where the database is."""

    @property
    def allowed(self) -> str:
        """The form."""
        return (
            "sqlite:///path, or postgresql://user@host:port/name without a password "
            "(database.password_file names the file that holds it); empty for SQLite in "
            "data_directory"
        )

    def parse(self, raw: object) -> str:
        """The URL, for PostgreSQL with the driver's name; a password in it is refused."""
        url = _text(raw)
        if not url:
            return url
        if _DATABASE_URL.match(url) is None:
            raise ValueError
        scheme, _, rest = url.partition("://")
        if scheme == "sqlite":
            return self._sqlite(url, rest)
        parts = urlsplit(url)
        _ = parts.port
        if parts.password is not None or "password=" in parts.query:
            raise ValueError
        return f"postgresql+psycopg://{rest}"

    @staticmethod
    def _sqlite(url: str, rest: str) -> str:
        # A database in memory is another one in each worker; options could undo ours.
        if not rest.startswith("/") or rest == "/" or "?" in rest or ":memory:" in rest:
            raise ValueError
        return url


def is_loopback_host(host: str) -> bool:
    """Whether a URL's host is this machine by definition (RFC 6761 section 6.3, RFC 1122)."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_everywhere(network: str) -> bool:
    """Whether a network holds every address of its IP version."""
    return _network(network).prefixlen == 0


def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


def _bare_host(netloc: str) -> str:
    """The host of `host:port`, in brackets where it is an IPv6 address; "" with user info."""
    if "@" in netloc:
        return ""
    if netloc.startswith("["):
        return netloc[: netloc.find("]") + 1]
    return netloc.split(":", 1)[0]


def items(raw: object) -> tuple[str, ...]:
    """A TOML list of texts, or one text with commas."""
    match raw:
        case str():
            return tuple(item.strip() for item in _text(raw).split(",")) if raw.strip() else ()
        case list():
            return tuple(_text(item) for item in raw)
        case _:
            raise ValueError
