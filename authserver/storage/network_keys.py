"""Addresses as bytes, so that a network is a range of them on both back-ends."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


def key_of(address: str) -> bytes | None:
    """The version of IP, then the address; `None` for a text that is none."""
    try:
        return _key(ip_address(address))
    except ValueError:
        return None


def range_of(network: str) -> tuple[bytes, bytes] | None:
    """The first and the last key of a CIDR text; `None` for a text that is none."""
    try:
        found = ip_network(network, strict=False)
    except ValueError:
        return None
    return _key(found.network_address), _key(found.broadcast_address)


def _key(address: IPv4Address | IPv6Address) -> bytes:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return bytes([address.version]) + address.packed
