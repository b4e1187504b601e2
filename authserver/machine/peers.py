"""Who is calling: the peer address behind the proxies that we trust, and only those."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MOST_HOPS: Final = 16
_LONGEST_REMEMBERED: Final = 128
"""Characters of X-Forwarded-For: longer ones are read anew, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Peer:
    """`address` is the caller's address in canonical text, empty when it is unknown.

    `by_trusted_proxy` says that the direct peer is a trusted proxy: only then do its
    `X-Forwarded-For`, `X-Request-ID` and `X-Raw-Target` count.
    """

    address: str
    by_trusted_proxy: bool


class TrustedProxies:
    """Finds the caller: the right-most untrusted address of `X-Forwarded-For`.

    Everything to the left of that address is the caller's own invention and is never looked at.
    An entry that does not parse makes the caller unknown, which rules treat as "no".
    """

    def __init__(self, networks: Iterable[str], *, unix_socket: bool = False) -> None:
        """Trust proxies in `networks` (CIDR), and a Unix-socket peer when `unix_socket` is set.

        Raises:
            ValueError: a network does not parse or has host bits set.
        """
        self._networks = tuple(ipaddress.ip_network(network) for network in networks)
        self._unix_socket = unix_socket
        self._remembered = lru_cache(maxsize=4096)(self._find)

    def peer(self, remote_addr: str, forwarded_for: str | None) -> Peer:
        """The caller, from the direct peer's address (empty for a Unix socket) and the header.

        Never raises: a value that does not parse gives an unknown address.
        """
        if forwarded_for is not None and len(forwarded_for) > _LONGEST_REMEMBERED:
            return self._find(remote_addr, forwarded_for)
        return self._remembered(remote_addr, forwarded_for)

    def _find(self, remote_addr: str, forwarded_for: str | None) -> Peer:
        direct = parse_address(remote_addr)
        trusted = self._is_trusted(direct) if remote_addr else self._unix_socket
        if not trusted:
            return Peer(_text(direct), by_trusted_proxy=False)
        if forwarded_for is None:
            return Peer(_text(direct), by_trusted_proxy=True)
        return Peer(_text(self._right_most_untrusted(forwarded_for)), by_trusted_proxy=True)

    def _right_most_untrusted(self, forwarded_for: str) -> Address | None:
        """The first untrusted address from the right; the left-most one when all are trusted."""
        entries = forwarded_for.rsplit(",", MOST_HOPS)
        address = None
        for entry in reversed(entries[-MOST_HOPS:]):
            address = parse_address(entry.strip(" \t"))
            if address is None or not self._is_trusted(address):
                return address
        return address if len(entries) <= MOST_HOPS else None

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(
            address.version == network.version and address in network for network in self._networks
        )


def parse_address(text: str) -> Address | None:
    """An address, IPv4-mapped IPv6 as IPv4; `None` for anything else, a zone index included."""
    if "%" in text:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _text(address: Address | None) -> str:
    return "" if address is None else str(address)
