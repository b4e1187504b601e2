"""HTTP Basic, read strictly."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.errors import InvalidClient
from authserver.domain.form_components import CONTROL
from authserver.machine.basic_auth import LONGEST_HEADER, read_basic

VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(
    lambda text: CONTROL.search(text) is None
)


def encoded(text: str | bytes) -> str:
    return b64encode(text.encode() if isinstance(text, str) else text).decode()


@settings(deadline=None)
@given(VALUES, VALUES)
def test_what_a_careful_client_sends_is_read_back(client_id: str, secret: str) -> None:
    header = "Basic " + encoded(f"{quote_plus(client_id)}:{quote_plus(secret)}")
    assert read_basic(header) == (client_id, secret)


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "bAsIc"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    assert read_basic(f"{scheme} {encoded('id:secret')}") == ("id", "secret")


def test_more_than_one_space_after_the_scheme_is_allowed() -> None:
    assert read_basic(f"Basic   {encoded('id:secret')}") == ("id", "secret")


def test_values_are_decoded_once_and_only_once() -> None:
    assert read_basic("Basic " + encoded("a%2541:b%252Bc")) == ("a%41", "b%2Bc")


def test_a_secret_may_hold_colons() -> None:
    assert read_basic("Basic " + encoded("id:a:b::")) == ("id", "a:b::")


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Basic",
        "Basic ",
        "Basic\t" + encoded("id:secret"),
        "Bearer " + encoded("id:secret"),
        "Digest " + encoded("id:secret"),
        "Basic " + encoded("no colon"),
        "Basic " + encoded(":secret"),
        "Basic " + encoded("id:"),
        "Basic " + encoded(b"id:\xff"),
        "Basic " + encoded("id:a\x00b"),
        "Basic " + encoded("id:a%00b"),
        "Basic " + encoded("id:a\nb"),
        "Basic " + encoded("id:100%"),
        "Basic " + encoded("id:%ff"),
        "Basic " + encoded("id:secret") + " ",
        "Basic " + encoded("id:secret") + "=",
        "Basic " + encoded("id:secret") + " " + encoded("id:secret"),
        "Basic " + encoded("id:secret") + ",Basic " + encoded("id:other"),
        "Basic " + encoded("id:secret") + ", Bearer abc",
        "Basic " + encoded("id:secret") + ",",
        "Basic !!!!",
        "Basic aWQ6c2Vj cmV0",
        "Basic aWQ6cw=",
        "Basic aWQ6cw",
        "Basic aWQ6cx==",
        "Basic ü",
        "Basic \udcff",
        "Basic " + encoded("id:" + "s" * LONGEST_HEADER),
        "=" * 70_000,
    ],
)
def test_anything_else_is_one_refusal(header: str) -> None:
    with pytest.raises(InvalidClient):
        read_basic(header)


def test_base64_with_bits_left_over_is_another_spelling_and_refused() -> None:
    assert read_basic("Basic aWQ6cw==") == ("id", "s")
    with pytest.raises(InvalidClient, match="invalid_client"):
        read_basic("Basic aWQ6cx==")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_header_raises_anything_but_the_refusal(header: str) -> None:
    for value in (header, f"Basic {header}", f"Basic {encoded(header.encode('utf-8', 'replace'))}"):
        try:
            client_id, secret = read_basic(value)
        except InvalidClient:
            continue
        assert client_id
        assert secret
