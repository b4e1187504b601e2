"""Who is calling, behind the proxies that are trusted and only those."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.machine.peers import MOST_HOPS, Peer, TrustedProxies
from tests.machine.doors import Door

PROXIES = TrustedProxies(["127.0.0.0/8", "10.0.0.0/8", "fd00::/8"])


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "203.0.113.9,192.0.2.7,10.1.2.3", "192.0.2.7"),
        ("127.0.0.1", "rubbish, 192.0.2.7 , 10.1.2.3,\t10.1.2.4", "192.0.2.7"),
        ("fd00::1", "2001:DB8::0:7", "2001:db8::7"),
        ("127.0.0.1", "::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "192.0.2.7, ::ffff:10.1.1.1", "192.0.2.7"),
        ("127.0.0.1", "10.0.0.9", "10.0.0.9"),
        ("127.0.0.1", "10.0.0.9, 10.0.0.8", "10.0.0.9"),
    ],
)
def test_the_caller_is_the_right_most_untrusted_address(
    remote: str, forwarded: str, address: str
) -> None:
    assert PROXIES.peer(remote, forwarded) == Peer(address, by_trusted_proxy=True)


@pytest.mark.parametrize("forwarded", [None, "", "10.0.0.1", "127.0.0.1", "rubbish"])
def test_an_untrusted_peer_cannot_say_who_it_is(forwarded: str | None) -> None:
    expected = Peer("192.0.2.7", by_trusted_proxy=False)
    assert PROXIES.peer("192.0.2.7", forwarded) == expected


def test_a_trusted_proxy_that_forwards_nothing_speaks_for_itself() -> None:
    assert PROXIES.peer("127.0.0.1", None) == Peer("127.0.0.1", by_trusted_proxy=True)


@pytest.mark.parametrize(
    "forwarded",
    [
        "",
        " ",
        ",",
        "192.0.2.7,",
        "unknown",
        "192.0.2.7:443",
        "[2001:db8::7]",
        "[2001:db8::7]:443",
        "fe80::1%eth0",
        "192.0.2.07",
        "0300.0.2.7",
        "3221225991",
        "192.0.2",
        "192.0.2.7/32",
        "for=192.0.2.7",
        "192.0.2.7 10.0.0.1",
        "192.0.2.7, x",
        "\x00",
        "١٩٢.0.2.7",
        "192.0.2.7\n",
    ],
)
def test_an_entry_that_does_not_parse_makes_the_caller_unknown(forwarded: str) -> None:
    assert PROXIES.peer("127.0.0.1", forwarded) == Peer("", by_trusted_proxy=True)


def test_entries_left_of_the_caller_are_never_looked_at() -> None:
    long = ", ".join(["10.0.0.1"] * 50 + ["192.0.2.7", "10.0.0.2"])
    assert PROXIES.peer("127.0.0.1", long).address == "192.0.2.7"


def test_an_endless_chain_of_trusted_hops_makes_the_caller_unknown() -> None:
    chain = ["192.0.2.7"] + ["10.0.0.1"] * MOST_HOPS
    assert PROXIES.peer("127.0.0.1", ",".join(chain)).address == ""
    assert PROXIES.peer("127.0.0.1", ",".join(chain[:-1])).address == "192.0.2.7"


def test_a_unix_socket_peer_is_trusted_only_when_told_so() -> None:
    trusting = TrustedProxies([], unix_socket=True)
    assert trusting.peer("", "192.0.2.7") == Peer("192.0.2.7", by_trusted_proxy=True)
    assert trusting.peer("", None) == Peer("", by_trusted_proxy=True)
    assert PROXIES.peer("", "192.0.2.7") == Peer("", by_trusted_proxy=False)
    assert trusting.peer("127.0.0.1", "192.0.2.7") == Peer("127.0.0.1", by_trusted_proxy=False)


@pytest.mark.parametrize("network", ["10.0.0.1/8", "everything", "10.0.0.0/33", ""])
def test_a_network_that_is_none_stops_the_start(network: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        TrustedProxies([network])


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=300))
def test_nothing_makes_it_raise_or_answer_something_else_than_an_address(
    remote: str, forwarded: str
) -> None:
    for direct in (remote, "127.0.0.1", ""):
        address = PROXIES.peer(direct, forwarded).address
        assert address == "" or set(address) <= set("0123456789abcdef:.")


@pytest.mark.rule("TK-12")
def test_no_header_steers_the_address_that_failures_are_counted_by() -> None:
    door = Door(proxies=["127.0.0.0/8"])
    claims = {
        "X-Forwarded-For": "203.0.113.66",
        "X-Real-IP": "203.0.113.66",
        "Forwarded": "for=203.0.113.66",
        "Client-IP": "203.0.113.66",
        "True-Client-IP": "203.0.113.66",
    }
    direct = door.knock("GET", "/oauth2/userinfo", headers=claims, peer="192.0.2.7")
    assert direct.json["peer"] == "192.0.2.7"
    claims["X-Forwarded-For"] = "203.0.113.66, 192.0.2.7"
    proxied = door.knock("GET", "/oauth2/userinfo", headers=claims, peer="127.0.0.1")
    assert proxied.json["peer"] == "192.0.2.7"
