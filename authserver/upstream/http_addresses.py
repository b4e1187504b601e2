"""Which addresses may be called: public ones, and private ones an administrator names."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ipaddress import IPv4Network

    from authserver.domain.outbound import OutboundPolicy

IPAddress = IPv4Address | IPv6Address


def _networks(*texts: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


# The standard library's is_global follows the IANA registries only as far as they went when that
# Python was released (3.11 takes 3fff::/20 for public), so the registries are spelt out here.
NOT_PUBLIC: Final = _networks(
    "0.0.0.0/8",  # this host on this network (RFC 791); Linux connects 0.0.0.0 to itself
    "10.0.0.0/8",  # private use (RFC 1918)
    "100.64.0.0/10",  # shared by carriers (RFC 6598)
    "127.0.0.0/8",  # loopback (RFC 1122)
    "169.254.0.0/16",  # link-local (RFC 3927)
    "172.16.0.0/12",  # private use
    "192.0.0.0/24",  # protocol assignments (RFC 6890)
    "192.0.2.0/24",  # documentation (RFC 5737)
    "192.31.196.0/24",  # AS112 (RFC 7535)
    "192.52.193.0/24",  # multicast tunnelling (RFC 7450)
    "192.88.99.0/24",  # 6to4 relays (RFC 7526)
    "192.168.0.0/16",  # private use
    "192.175.48.0/24",  # AS112 (RFC 7534)
    "198.18.0.0/15",  # benchmarking (RFC 2544)
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast (RFC 5771)
    "240.0.0.0/4",  # reserved (RFC 1112) and broadcast
    "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID (RFC 2928)
    "2001:db8::/32",  # documentation (RFC 3849)
    "2002::/16",  # 6to4 (RFC 3056)
    "2620:4f:8000::/48",  # AS112
    "3fff::/20",  # documentation (RFC 9637)
)

GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
"""The only IPv6 space given out so far (RFC 4291): mapped, NAT64, ULA, link-local lie outside."""

PRIVATE_USE: Final = _networks(
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
)
"""What a named origin may live at. Link-local is not among it: cloud metadata is there."""

METADATA: Final = _networks(
    "100.100.100.200/32",
    "168.63.129.16/32",
    "169.254.169.254/32",
    "169.254.170.2/32",
    "169.254.170.23/32",
    "fd00:ec2::23/128",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
)
"""Where clouds hand credentials to whoever asks: only a network of that one address opens it."""

NAT64: Final = IPv6Network("64:ff9b::/96")


def address_refusal(address: IPAddress, policy: OutboundPolicy, *, named: bool) -> str | None:
    """Why `address` must not be called, or `None`; `named` is for the policy's private origins."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return "an IPv6 address with a zone"
        embedded = _embedded(address)
        if embedded is not None and address_refusal(embedded, policy, named=False) is not None:
            return "an IPv6 address that carries a private IPv4 address"
    opened = [network for network in policy.private_networks if address in network]
    if _within(address, METADATA):
        exact = any(network.num_addresses == 1 for network in opened)
        return None if exact else "an address where a cloud hands out credentials"
    if opened or is_public(address) or (named and _within(address, PRIVATE_USE)):
        return None
    return "an address that is not public"


def is_public(address: IPAddress) -> bool:
    """Whether the address is ordinary public unicast space (IANA special-purpose registries)."""
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return not _within(address, NOT_PUBLIC)


def _within(address: IPAddress, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address in network for network in networks)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a transition form leads to."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
