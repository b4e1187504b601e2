"""Keyed digests separate peppers, purposes and values."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.crypto.digests import HmacDigester
from tests.doubles import FakeEntropy

OLD, NEW = b"o" * 32, b"n" * 32
DIGESTER = HmacDigester({"1": OLD, "2": NEW}, "2", FakeEntropy())


def test_a_digest_is_hmac_sha_256_under_the_named_pepper() -> None:
    for pepper_id, pepper in (("1", OLD), ("2", NEW)):
        expected = hmac.new(pepper, b"client_secret\0value", hashlib.sha256).digest()
        assert DIGESTER.digest("client_secret", "value", pepper_id) == expected


def test_the_current_pepper_comes_first_and_older_ones_stay() -> None:
    assert DIGESTER.current_pepper == "2"
    assert tuple(DIGESTER.peppers) == ("2", "1")


def test_purposes_do_not_mix() -> None:
    assert DIGESTER.digest("a", "bc", "1") != DIGESTER.digest("ab", "c", "1")
    for purpose in ("", "a\0b"):
        with pytest.raises(ValueError, match="purpose"):
            DIGESTER.digest(purpose, "value", "1")


def test_an_unknown_pepper_digests_to_something_that_nobody_can_store() -> None:
    unknown = DIGESTER.digest("client_secret", "value", "9")
    assert len(unknown) == 32
    assert unknown not in {DIGESTER.digest("client_secret", "value", each) for each in ("1", "2")}
    elsewhere = HmacDigester({"1": OLD}, "1", FakeEntropy("another process"))
    assert elsewhere.digest("client_secret", "value", "9") != unknown


@given(st.text(st.characters(), max_size=40))
def test_any_text_digests(value: str) -> None:
    assert len(DIGESTER.digest("client_secret", value, "1")) == 32


@pytest.mark.parametrize("value", ["\ud800", "\0", "x" * 10_240, "ü", ""])
def test_hostile_values_digest(value: str) -> None:
    assert len(DIGESTER.digest("client_secret", value, "1")) == 32


def test_peppers_have_32_bytes_and_the_current_one_exists() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        HmacDigester({"1": b"short"}, "1", FakeEntropy())
    with pytest.raises(ValueError, match="current"):
        HmacDigester({"1": OLD}, "2", FakeEntropy())


@pytest.mark.rule("MD-07")
def test_the_representation_names_no_pepper() -> None:
    assert repr(DIGESTER) == "HmacDigester(peppers=('2', '1'))"
