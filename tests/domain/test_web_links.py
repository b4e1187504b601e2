"""Links that clients state."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.errors import InvalidField
from authserver.domain.web_links import LONGEST_LINK, check_link


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://app.example.com",
        "https://app.example.com/",
        "https://app.example.com:8443/a/b?c=d&e=%20#f",
        "https://app.example.com?x",
        "https://[2001:db8::1]/",
        "https://192.0.2.1/",
        "https://localhost/",
    ],
)
def test_a_plain_https_link_is_taken_as_it_is(link: str) -> None:
    assert check_link("logo_uri", link) == link


@pytest.mark.parametrize(
    "link",
    [
        "http://app.example.com/",
        "HTTPS://app.example.com/",
        "//other.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https:app.example.com",
        "https:///path",
        "https://",
        "https://.example.com/",
        "https://app..example.com/",
        "https://-app.example.com/",
        "https://user@app.example.com/",
        "https://app.example.com@evil.test/",
        "https://app.example.com\\@evil.test/",
        "https://app.example.com:/x@y:1",
        "https://app.example.com:0/",
        "https://app.example.com:65536/",
        "https://[::1/",
        "https://[zz]/",
        "https://app.example.com/a b",
        "https://app.example.com/\n",
        "https://app.example.com/\u202e",
        "https://b\xfccher.example/",
        "https://app.example.com/%",
        "https://app.example.com/%zz",
        'https://app.example.com/"',
        "https://app.example.com/<b>",
        "https://app.example.com/#a#b",
        "https://app.example.com/" + "x" * LONGEST_LINK,
    ],
)
def test_anything_else_is_refused_and_not_repeated(link: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_link("logo_uri", link)
    assert refusal.value.field == "logo_uri"
    assert len(link) < len("https://app") or link not in str(refusal.value)


def test_what_is_called_has_no_fragment() -> None:
    check_link("jwks_uri", "https://app.example.com/jwks?x=y", with_fragment=False)
    with pytest.raises(InvalidField, match="without fragment"):
        check_link("jwks_uri", "https://app.example.com/jwks#x", with_fragment=False)


@given(st.text(max_size=60))
def test_any_text_is_a_link_or_refused(rest: str) -> None:
    with contextlib.suppress(InvalidField):
        assert check_link("logo_uri", f"https://{rest}").isascii()
