"""Networks: of both versions, and addresses in other clothes."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.services.network_sets import NetworkSet

ADDRESSES = st.ip_addresses() | st.sampled_from(["10.1.2.3", "2001:db8::1"]).map(ip_address)


@st.composite
def networks(draw: st.DrawFn) -> IPv4Network | IPv6Network:
    address = draw(ADDRESSES)
    bits = draw(st.integers(0, address.max_prefixlen))
    return ip_network(f"{address}/{bits}", strict=False)


@settings(max_examples=150, deadline=None)
@given(st.lists(networks(), max_size=4), ADDRESSES)
@pytest.mark.feature(38)
def test_an_address_is_in_a_set_when_it_is_in_one_of_its_networks(
    found: list[IPv4Network | IPv6Network], address: object
) -> None:
    text = str(address)
    asked = ip_address(text)
    if asked.version == 6 and (asked.ipv4_mapped or any(_is_mapped(each) for each in found)):
        return
    expected = any(asked in each for each in found if each.version == asked.version)
    assert NetworkSet(map(str, found)).contains(text) is expected


def _is_mapped(network: IPv4Network | IPv6Network) -> bool:
    return network.version == 6 and network.overlaps(IPv6Network("::ffff:0:0/96"))


@pytest.mark.feature(38)
@pytest.mark.parametrize("address", ["::ffff:10.1.2.3", "::ffff:0a01:0203", "10.1.2.3"])
@pytest.mark.parametrize("network", ["10.0.0.0/8", "::ffff:10.0.0.0/104", "10.1.2.3"])
def test_ipv4_in_the_clothes_of_ipv6_is_ipv4(address: str, network: str) -> None:
    assert NetworkSet([network]).contains(address)
    assert not NetworkSet([network]).contains("::ffff:192.0.2.1")


@pytest.mark.parametrize("address", ["", "localhost", "10.0.0.0/8", "10.1", "1.2.3.4.5", "::g"])
def test_what_is_no_address_is_in_no_network_and_may_be_in_any(address: str) -> None:
    everywhere = NetworkSet(["0.0.0.0/0", "::/0"])
    assert not everywhere.contains(address)
    assert everywhere.may_contain(address)
    assert not NetworkSet([]).may_contain(address)


def test_a_network_that_cannot_be_read_allows_nothing_and_denies_everything() -> None:
    strange = NetworkSet(["10.0.0.0/33"])
    assert not strange.contains("10.0.0.1")
    assert strange.may_contain("192.0.2.1")


def test_no_networks_are_nowhere() -> None:
    assert not NetworkSet([]).contains("10.1.2.3")
    assert not NetworkSet([]).may_contain("10.1.2.3")
