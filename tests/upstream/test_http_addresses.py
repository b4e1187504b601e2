"""Public addresses may be called; others only where an administrator opened them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.outbound import OutboundPolicy
from authserver.upstream.http_addresses import address_refusal, is_public

pytestmark = pytest.mark.rule("HT-05")

CLOSED = OutboundPolicy()

SPECIAL = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:2::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]


def opened(*networks: str) -> OutboundPolicy:
    return OutboundPolicy(private_networks=tuple(ip_network(text) for text in networks))


def allowed(address: str, policy: OutboundPolicy = CLOSED, *, named: bool = False) -> bool:
    return address_refusal(ip_address(address), policy, named=named) is None


@pytest.mark.parametrize("network", SPECIAL)
def test_the_whole_of_a_special_network_is_closed(network: str) -> None:
    found = ip_network(network)
    for address in (found[0], found[-1], found[found.num_addresses // 2]):
        assert not is_public(address)
        assert address_refusal(address, CLOSED, named=False) is not None


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "2001:200::1", "3ffe:ffff::1",
    ],
)  # fmt: skip
def test_the_neighbours_of_special_networks_are_public(address: str) -> None:
    assert allowed(address)


@settings(max_examples=300, deadline=None, database=None)
@given(st.ip_addresses())
def test_what_we_call_public_the_standard_library_calls_global(address: object) -> None:
    found = ip_address(str(address))
    if is_public(found):
        assert found.is_global
        assert not found.is_multicast


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.0.9", "100.64.1.1", "::1", "fd00::1"],
)
def test_a_named_origin_may_live_at_a_private_address(address: str) -> None:
    assert allowed(address, named=True)
    assert not allowed(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.1.1", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "198.18.0.1",
        "203.0.113.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "169.254.169.254",
        "100.100.100.200", "fd00:ec2::254", "168.63.129.16",
    ],
)  # fmt: skip
def test_even_a_named_origin_may_not_live_at_a_special_address(address: str) -> None:
    assert not allowed(address, named=True)


def test_a_network_opens_its_own_addresses_only() -> None:
    policy = opened("10.2.0.0/16", "fd12::/16")
    assert allowed("10.2.255.255", policy)
    assert allowed("fd12::1", policy)
    assert not allowed("10.3.0.0", policy)
    assert not allowed("fd13::1", policy)
    assert not allowed("127.0.0.1", policy)


def test_cloud_metadata_opens_to_its_exact_address_only() -> None:
    for address in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200"):
        family = "169.254.0.0/16", "fc00::/7", "100.64.0.0/10"
        assert not allowed(address, opened(*family))
        assert allowed(address, opened(address))


def test_a_private_address_does_not_hide_in_a_transition_form() -> None:
    policy = opened("64:ff9b::/96", "2002::/16", "::ffff:0:0/96", "2001::/32")
    for form in ("64:ff9b::{}", "::ffff:{}"):
        assert allowed(form.format("93.184.216.34"), policy)
        assert not allowed(form.format("127.0.0.1"), policy)
        assert not allowed(form.format("10.0.0.1"), policy)
    assert not allowed("2002:7f00:1::", policy)
    assert allowed("2002:5db8:d822::", policy)
    assert not allowed("2001:0:7f00:1::80ff:fffe", policy)


def test_a_zone_is_refused() -> None:
    assert not allowed("fe80::1%lo", opened("fe80::/10"))
    assert allowed("fe80::1", opened("fe80::/10"))
