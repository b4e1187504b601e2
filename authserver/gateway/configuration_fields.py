"""Checks of what goes into a configuration: nothing may end a directive or begin another."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.errors import InvalidField
from authserver.domain.host_names import HOST_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_HOST: Final = re.compile(rf"(?=.{{1,253}}\Z){HOST_NAME}\Z")
_FILE: Final = re.compile(r"/[A-Za-z0-9._/@+-]{1,250}\Z")
_SIZE: Final = re.compile(r"[1-9][0-9]{0,5}[kmg]?\Z")
_ORIGIN: Final = re.compile(
    r"(https?)://(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::([0-9]{1,5}))?\Z"
)
_LISTEN: Final = re.compile(r"(?:(\[[0-9a-fA-F:.]{2,45}\]|[0-9.]{7,15}):)?([0-9]{1,5})\Z")
_PORTS: Final = range(1, 65536)


class Origin(NamedTuple):
    """A server to connect to: `host` as in a URL (IPv6 in brackets), `port` always stated.

    With a `socket`, the path of a Unix socket, host and port are only what it is called.
    """

    scheme: str
    host: str
    port: int
    socket: str = ""

    @property
    def address(self) -> str:
        """As nginx writes it."""
        return f"unix:{self.socket}" if self.socket else self.authority

    @property
    def authority(self) -> str:
        """The value of `Host`."""
        return f"{self.host}:{self.port}"


class Listen(NamedTuple):
    """Where to listen; `address` is empty for every address."""

    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether nobody else can reach it."""
        return bool(self.address) and ipaddress.ip_address(self.address.strip("[]")).is_loopback

    def with_port(self, port: int) -> Listen:
        """The same address at another port."""
        return self._replace(port=port)

    def __str__(self) -> str:
        """As nginx writes it."""
        return f"{self.address}:{self.port}" if self.address else str(self.port)


def check_name(field: str, value: str) -> None:
    """A handle: it names variables, zones and files."""
    if _NAME.match(value) is None:
        raise InvalidField(field, "1 to 63 lower-case letters, digits and hyphens")


def check_host(field: str, value: str) -> None:
    """A host name or an IPv4 address."""
    if _HOST.match(value) is None:
        raise InvalidField(field, "a host name, like jira.example.com")


def check_file(field: str, value: str) -> None:
    """An absolute path of plain characters."""
    if _FILE.match(value) is None or "//" in value or {".", ".."} & set(value.split("/")):
        raise InvalidField(
            field, "an absolute path of letters, digits and . _ - + @ /, without . and .. parts"
        )


def check_size(field: str, value: str) -> None:
    """A size in nginx's notation, never unlimited."""
    if _SIZE.match(value) is None:
        raise InvalidField(field, "a number from 1 to 999999 with k, m or g, like 100m")


def read_origin(field: str, value: str) -> Origin:
    """Scheme, host and port of a server.

    Raises:
        InvalidField: it is anything else, such as a URL with a path.
    """
    allowed = "http:// or https://, a host and perhaps a port, like http://127.0.0.1:8080"
    found = _ORIGIN.match(value)
    if found is None:
        raise InvalidField(field, allowed)
    scheme, host, port = found[1], found[2], int(found[3] or (443 if found[1] == "https" else 80))
    if port not in _PORTS or not (_is_address(host) or _HOST.match(host)):
        raise InvalidField(field, allowed)
    return Origin(scheme, host, port)


def read_server(field: str, value: str) -> Origin:
    """Like `read_origin`, or `unix:` and the path of a socket, which is plain HTTP.

    Raises:
        InvalidField: it is anything else.
    """
    scheme, _, path = value.partition(":")
    if scheme == "unix":
        check_file(field, path)
        return Origin("http", "localhost", 80, path)
    return read_origin(field, value)


def check_authority(field: str, value: str) -> None:
    """A host name and perhaps a port."""
    host, colon, port = value.partition(":")
    check_host(field, host)
    if colon and not (port.isascii() and port.isdigit() and int(port) in _PORTS):
        raise InvalidField(field, "a host name and perhaps a port, like jira.example.com:8443")


def read_listen(field: str, value: str) -> Listen:
    """An address and a port, or a port.

    Raises:
        InvalidField: it is anything else.
    """
    found = _LISTEN.match(value)
    if found is not None:
        address, port = found[1] or "", int(found[2])
        if port in _PORTS and (not address or _is_address(address)):
            return Listen(address, port)
    raise InvalidField(field, "a port, or an address and a port, like 443 or 127.0.0.1:8443")


def check_networks(field: str, values: Iterable[str]) -> None:
    """Addresses or networks, as in `allow`."""
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError:
            raise InvalidField(
                field, "IP addresses or networks, like 192.0.2.7 or 192.0.2.0/24"
            ) from None
        if "%" in value:
            raise InvalidField(field, "addresses without a zone")


def _is_address(text: str) -> bool:
    """An IPv4 address, or an IPv6 address in brackets."""
    try:
        if text.startswith("["):
            ipaddress.IPv6Address(text[1:-1])
        else:
            ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
