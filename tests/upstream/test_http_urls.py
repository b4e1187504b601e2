"""A URL is read one way or not at all."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.outbound import OutboundReason, OutboundRefused
from authserver.upstream.http_urls import parse_url

pytestmark = pytest.mark.rule("HT-05")


def reason(url: str) -> OutboundReason:
    with pytest.raises(OutboundRefused) as caught:
        parse_url(url)
    return caught.value.reason


@pytest.mark.parametrize(
    ("url", "origin", "rest"),
    [
        ("https://idp.example", "https://idp.example", "/"),
        ("HTTPS://IdP.Example:443/A?B", "https://idp.example", "/A?B"),
        ("https://idp.example?q=/", "https://idp.example", "/?q=/"),
        ("https://idp.example:8443/a//b/../%2F;p=1?x=y&z='()*", "https://idp.example:8443",
         "/a//b/../%2F;p=1?x=y&z='()*"),
        ("http://jira:8080/", "http://jira:8080", "/"),
        ("http://jira:80/", "http://jira", "/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example", "/"),
        ("https://xn--strae-oqa.example/", "https://xn--strae-oqa.example", "/"),
        ("https://1password.example.123abc/", "https://1password.example.123abc", "/"),
        ("https://93.184.216.34/", "https://93.184.216.34", "/"),
        ("https://[2606:4700:0:0::1111]:444/", "https://[2606:4700::1111]:444", "/"),
        (f"https://{'a' * 63}.example/", f"https://{'a' * 63}.example", "/"),
    ],
)  # fmt: skip
def test_a_plain_url_is_understood(url: str, origin: str, rest: str) -> None:
    target = parse_url(url)
    assert (target.origin, target.path_and_query) == (origin, rest)


def test_an_address_is_told_apart_from_a_name() -> None:
    assert parse_url("https://93.184.216.34/").literal == ip_address("93.184.216.34")
    assert parse_url("https://[2606:4700::1]/").literal == ip_address("2606:4700::1")
    assert parse_url("https://idp.example/").literal is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "idp.example",
        "/path",
        "//idp.example/",
        "https:idp.example",
        "https:/idp.example",
        "https://",
        "https:///path",
        "https://:443/",
        "https://idp.example:/",
        "https://idp.example:0/",
        "https://idp.example:0443/",
        "https://idp.example:65536/",
        "https://idp.example:4 43/",
        "https://idp.example:\u0664\u0664\u0663/",
        "https://user@idp.example/",
        "https://user:password@idp.example/",
        "https://@idp.example/",
        "https://idp.example/#fragment",
        "https://idp.example#fragment",
        "https://idp.example?#",
        "https://idp.example/a b",
        "https://idp.example/a\tb",
        "https://idp.example/a\nb",
        "https://idp.example/\x00",
        "https://idp.example/\x7f",
        "https://idp.example/\\",
        "https://idp.example\\/",
        "https://idp.example/é",
        'https://idp.example/"',
        "https://idp.example/<x>",
        "https://idp.example/[x]",
        "https://idp.example/%",
        "https://idp.example/%0",
        "https://idp.example/%zz",
        "https://idp.example /",
        " https://idp.example/",
        "https://idp.example/\n",
        "https://idp.example\n/",
        "https://idp..example/",
        "https://.idp.example/",
        "https://idp.example./",
        "https://-idp.example/",
        "https://idp-.example/",
        "https://i_dp.example/",
        "https://id%70.example/",
        "https://bücher.example/",
        "https://idp\u3002example/",
        "https://\u0131dp.example/",
        "https://xn--.example/",
        "https://xn--idp-.example/",
        "https://xn--99999999999999.example/",
        "https://xn--a-ecp.xn--\u0660.example/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 127}example/",
        f"https://idp.example/{'a' * 8200}",
    ],
)
def test_a_url_with_two_readings_is_refused(url: str) -> None:
    assert reason(url) is OutboundReason.URL_REFUSED


def test_a_refusal_says_what_is_wrong() -> None:
    for url, said in (
        ("idp.example", "https://host/path"),
        ("https://user:x@idp.example/", "user information"),
        ("https://idp.example/#x", "fragment"),
        ("https://bücher.example/", "ASCII"),
        ("https://127.1/", "unusual spelling"),
    ):
        with pytest.raises(OutboundRefused) as caught:
            parse_url(url)
        assert said in caught.value.detail


@pytest.mark.parametrize(
    "url", ["ftp://idp.example/", "file:///etc/passwd", "data://x", "httpss://idp.example/"]
)
def test_another_scheme_is_refused(url: str) -> None:
    assert reason(url) is OutboundReason.SCHEME_REFUSED


@pytest.mark.parametrize(
    "host",
    [
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4.",
        "01.2.3.4",
        "256.2.3.4",
        "0x1.2.3.4",
        "1.2.3.0x4",
        "idp.example.1",
        "idp.example.0x",
        "[1::2::3]",
        "[::g]",
        "[1.2.3.4]",
        "[]",
        "[::1",
    ],
)
def test_an_address_in_an_unusual_spelling_is_refused(host: str) -> None:
    assert reason(f"https://{host}/") in {
        OutboundReason.ADDRESS_REFUSED,
        OutboundReason.URL_REFUSED,
    }


@settings(max_examples=300, deadline=None, database=None)
@given(
    st.text(max_size=40)
    | st.text(alphabet="htps:/@.#?\\[]%0x127-a \u3002\n", max_size=40).map("https://".__add__)
)
def test_what_is_understood_is_ascii_and_reads_the_same_again(url: str) -> None:
    try:
        target = parse_url(url)
    except OutboundRefused:
        return
    again = parse_url(target.origin + target.path_and_query)
    assert again == target
    assert (target.origin + target.path_and_query).isascii()
    assert not set(target.host) & set("@/\\?#% ")
