"""Networks, parsed once, asked often."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_MAPPED_BITS: Final = 96


class NetworkSet:
    """Networks of both versions. IPv4 addresses in IPv6 clothes (RFC 4291 2.5.5.2) are IPv4."""

    __slots__ = ("_has_unreadable", "_masks")

    def __init__(self, texts: Iterable[str]) -> None:
        """Take CIDR texts. Total: one that cannot be read allows nothing and denies everything."""
        self._masks: dict[int, dict[int, set[int]]] = {4: {}, 6: {}}
        self._has_unreadable = False
        for text in texts:
            network = _network(text)
            if network is None:
                self._has_unreadable = True
                continue
            mask = int(network.netmask)
            known = self._masks[network.version].setdefault(mask, set())
            known.add(int(network.network_address))

    def contains(self, address: str) -> bool:
        """Whether `address` is in one of them; one that is empty or unreadable is in none."""
        version, value = _address(address)
        return any(value & mask in known for mask, known in self._masks.get(version, {}).items())

    def may_contain(self, address: str) -> bool:
        """The same for networks that are denied: what nobody knows may be in any of them."""
        if self._has_unreadable or self.contains(address):
            return True
        return not _address(address)[0] and any(self._masks.values())


@lru_cache(maxsize=4096)
def network_set(texts: tuple[str, ...]) -> NetworkSet:
    """The set of these networks, remembered."""
    return NetworkSet(texts)


@lru_cache(maxsize=8192)
def _address(text: str) -> tuple[int, int]:
    """The version and the number of an address; version 0 for what is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return 0, 0
    if address.version == 6 and address.ipv4_mapped is not None:  # noqa: PLR2004 - of IP
        return 4, int(address.ipv4_mapped)
    return address.version, int(address)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        mapped = network.network_address.ipv4_mapped
        return IPv4Network((int(mapped or 0), network.prefixlen - _MAPPED_BITS))
    return network
