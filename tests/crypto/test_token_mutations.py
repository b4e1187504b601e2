"""A token changed anywhere, in any way, is another text and no token."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crypto.forging import ES256, RS256, TOKEN, claims, segment, workshop

SHOP = workshop()
RING = SHOP.ring
VALUES = {algorithm: RING.sign(TOKEN, algorithm) for algorithm in (ES256, RS256)}
# One of each class of character: letters of both cases, digits, the two of base64url, the two of
# base64, the dot, padding, blanks, controls, what HTTP and URLs treat specially, and beyond ASCII.
CLASSES = "AQgw_bz059-+/.=~ \t\r\n\0%&;,:\"'\\<>?#{}\x7f\x80üA\u030aＡ٠"  # noqa: RUF001 - look-alikes are the point


def test_the_unchanged_tokens_are_good() -> None:
    assert [RING.read(value) for value in VALUES.values()] == [TOKEN, TOKEN]


@pytest.mark.rule("JW-09")
@pytest.mark.rule("IN-06")
@pytest.mark.parametrize("algorithm", VALUES)
@pytest.mark.feature(29)
def test_no_character_can_be_replaced(algorithm: object) -> None:
    value = VALUES[algorithm]  # type: ignore[index]  # the keys of the mapping come in as objects
    accepted = [
        (place, other)
        for place, old in enumerate(value)
        for other in CLASSES + old.swapcase()
        if other != old and RING.read(value[:place] + other + value[place + 1 :]) is not None
    ]
    assert accepted == []


@pytest.mark.rule("JW-09")
def test_no_character_of_the_alphabet_replaces_the_last_of_a_segment() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for value in VALUES.values():
        ends = [place - 1 for place, char in enumerate(value) if char == "."] + [len(value) - 1]
        for place in ends:
            for other in alphabet:
                mutated = value[:place] + other + value[place + 1 :]
                assert (RING.read(mutated) is not None) == (mutated == value)


@pytest.mark.rule("IN-06")
@pytest.mark.feature(29)
def test_no_character_can_be_inserted_removed_or_swapped() -> None:
    for value in VALUES.values():
        for place in range(len(value) + 1):
            for extra in "A=. \n-":
                assert RING.read(value[:place] + extra + value[place:]) is None
        for place in range(len(value)):
            assert RING.read(value[:place] + value[place + 1 :]) is None
        for place in range(len(value) - 1):
            one, other = value[place], value[place + 1]
            if one != other:
                assert RING.read(value[:place] + other + one + value[place + 2 :]) is None


@pytest.mark.rule("IN-06")
def test_no_prefix_and_no_extension_is_a_token() -> None:
    for value in VALUES.values():
        for length in range(len(value)):
            assert RING.read(value[:length]) is None
            assert RING.read(value[length + 1 :]) is None
        for around in (
            "Bearer {}",
            "{} ",
            " {}",
            "{}\n",
            '"{}"',
            "{0}{0}",
            "{0}.{0}",
            "{}.",
            ".{}",
        ):
            assert RING.read(around.format(value)) is None
        assert RING.read(value.upper()) is None
        assert RING.read(value.lower()) is None


@pytest.mark.rule("JW-09")
@pytest.mark.feature(29)
def test_every_bit_of_every_segment_counts() -> None:
    import base64  # noqa: PLC0415 - only this test decodes by hand

    for value in VALUES.values():
        parts = value.split(".")
        for index, part in enumerate(parts):
            raw = bytearray(base64.urlsafe_b64decode(part + "=="))
            for bit in range(len(raw) * 8):
                raw[bit // 8] ^= 1 << bit % 8
                mutated = [*parts[:index], segment(bytes(raw)), *parts[index + 1 :]]
                assert RING.read(".".join(mutated)) is None
                raw[bit // 8] ^= 1 << bit % 8


@settings(max_examples=400)
@given(st.text(st.characters(), max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert RING.read(text) is None


HEADERS = st.sampled_from([VALUES[ES256].split(".")[0], VALUES[RS256].split(".")[0]])


@settings(max_examples=400)
@given(HEADERS, st.binary(max_size=200), st.binary(max_size=300))
@pytest.mark.feature(29)
def test_any_claims_and_any_signature_under_our_header_are_refused(
    header: str, payload: bytes, signature: bytes
) -> None:
    assert RING.read(f"{header}.{segment(payload)}.{segment(signature)}") is None


@settings(max_examples=400)
@given(HEADERS, st.text("ABCabc019-_.=", max_size=120))
def test_any_text_under_our_header_is_refused(header: str, rest: str) -> None:
    assert RING.read(header + rest) is None
    assert RING.read(f"{header}.{rest}") is None


@settings(max_examples=400)
@given(st.binary(max_size=300))
def test_any_bytes_that_our_key_signed_are_read_or_refused(payload: bytes) -> None:
    assert RING.read(SHOP.forge(payload=payload)) is None


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@settings(max_examples=400)
@given(st.dictionaries(st.sampled_from([*claims(), "nbf", "cnf", ""]), ODD, min_size=1))
def test_odd_claims_that_our_key_signed_give_text_and_whole_numbers_or_nothing(
    changes: dict[str, object],
) -> None:
    token = RING.read(SHOP.forge(payload=claims(**changes)))
    if token is not None:
        texts = (token.subject, token.audience, token.client_id, token.token_id, token.grant_id)
        assert all(type(text) is str and text for text in texts)
        assert (type(token.issued_at), type(token.expires_at)) == (int, int)
        assert token.scopes


@settings(max_examples=300)
@given(st.dictionaries(st.text(max_size=6), ODD, min_size=1, max_size=4))
def test_odd_headers_over_our_signature_are_refused(extra: dict[str, object]) -> None:
    header = {**SHOP.header(), **extra}
    if header != SHOP.header():
        assert RING.read(SHOP.forge(header)) is None
