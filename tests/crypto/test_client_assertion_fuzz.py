"""Whatever is sent as a client assertion is verified or refused, and nothing else happens."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crypto.assertions import (
    CLIENT,
    NOW,
    VERIFIER,
    assertion_claims,
    make,
)
from tests.crypto.forging import segment

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
NAMES = st.sampled_from(["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "alg", "kid", "typ", "x"])


@settings(max_examples=400)
@given(st.dictionaries(NAMES, ODD, max_size=4), st.dictionaries(NAMES, ODD, max_size=3))
def test_odd_assertions_are_verified_or_refused(
    changes: dict[str, object], header: dict[str, object]
) -> None:
    value = make(assertion_claims(**changes), header=header)
    verified = VERIFIER.verify(value, CLIENT, NOW)
    assert verified is None or verified.client_id == "ci-job"
    assert VERIFIER.claimed_client(value) in {None, "ci-job"} or "sub" in changes


@settings(max_examples=400)
@given(st.text(st.characters(), max_size=200) | st.text("ey.AQgw-_=", max_size=200))
def test_any_text_is_refused(text: str) -> None:
    assert VERIFIER.verify(text, CLIENT, NOW) is None
    assert VERIFIER.claimed_client(text) is None


@settings(max_examples=400)
@given(st.binary(max_size=120), st.binary(max_size=120), st.binary(max_size=120))
def test_any_bytes_in_three_segments_are_refused(one: bytes, two: bytes, three: bytes) -> None:
    value = ".".join(segment(part) for part in (one, two, three))
    assert VERIFIER.verify(value, CLIENT, NOW) is None
    assert VERIFIER.claimed_client(value) is None
