"""What is sealed under a secret opens with that secret only, in its place only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.crypto.successor_sealing import HkdfSuccessorSealer
from tests.doubles import FakeEntropy

SEALER = HkdfSuccessorSealer(FakeEntropy())
SECRET = "asv_rt_the-next-one"
UNDER = "asv_rt_the-one-presented"


def sealed() -> bytes:
    return SEALER.seal(SECRET, under=UNDER, context="grant-1")


def test_the_holder_opens_it() -> None:
    assert SEALER.open(sealed(), under=UNDER, context="grant-1") == SECRET


def test_any_process_opens_it() -> None:
    other = HkdfSuccessorSealer(FakeEntropy("another process"))
    assert other.open(sealed(), under=UNDER, context="grant-1") == SECRET


@pytest.mark.parametrize(
    ("under", "context"),
    [
        ("asv_rt_another", "grant-1"),
        (UNDER, "grant-2"),
        (UNDER + "g", "rant-1"),
        (UNDER, ""),
        ("", "grant-1"),
        ("\ud800", "\ud800"),
    ],
)
def test_it_opens_for_nobody_else_and_nowhere_else(under: str, context: str) -> None:
    assert SEALER.open(sealed(), under=under, context=context) is None


def test_what_is_stored_shows_nothing() -> None:
    assert SECRET.encode() not in sealed()
    assert UNDER.encode() not in sealed()


def test_sealing_twice_gives_two_texts() -> None:
    assert sealed() != sealed()


def test_every_changed_byte_is_noticed() -> None:
    value = sealed()
    for place in range(len(value)):
        changed = bytearray(value)
        changed[place] ^= 1
        assert SEALER.open(bytes(changed), under=UNDER, context="grant-1") is None


@pytest.mark.parametrize("cut", [0, 1, 12, 13, 28, 29, -1])
def test_a_part_of_it_is_nothing(cut: int) -> None:
    assert SEALER.open(sealed()[:cut], under=UNDER, context="grant-1") is None


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    value = SEALER.seal(text, under=UNDER, context="c")
    assert SEALER.open(value, under=UNDER, context="c") == text


@given(st.binary(max_size=80))
def test_no_bytes_make_opening_fail(data: bytes) -> None:
    assert SEALER.open(data, under=UNDER, context="c") is None
