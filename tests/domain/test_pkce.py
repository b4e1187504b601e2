from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.pkce import challenge_of, is_challenge, is_verifier, verifier_fits

# The example of RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
VERIFIERS = st.text(st.sampled_from(UNRESERVED), min_size=43, max_size=128)


def test_the_example_of_the_standard_fits() -> None:
    assert challenge_of(VERIFIER) == CHALLENGE
    assert verifier_fits(CHALLENGE, VERIFIER)


@given(VERIFIERS, VERIFIERS)
def test_only_the_verifier_that_made_the_challenge_fits(mine: str, other: str) -> None:
    assert verifier_fits(challenge_of(mine), mine)
    assert verifier_fits(challenge_of(mine), other) is (mine == other)


@pytest.mark.parametrize("length", [0, 1, 42, 129, 1000])
def test_a_verifier_of_another_length_is_none(length: int) -> None:
    verifier = "a" * length
    assert not is_verifier(verifier)
    assert not verifier_fits(CHALLENGE, verifier)


@pytest.mark.parametrize("length", [43, 128])
def test_the_shortest_and_the_longest_verifier_fit(length: int) -> None:
    assert verifier_fits(challenge_of("a" * length), "a" * length)


@pytest.mark.parametrize("stranger", ["=", " ", "+", "/", "\n", "\0", "ä", "\u0661", "😀"])
def test_a_foreign_character_makes_neither_verifier_nor_challenge(stranger: str) -> None:
    assert not is_verifier(VERIFIER + stranger)
    assert not is_challenge(CHALLENGE[:-1] + stranger)
    assert not verifier_fits(CHALLENGE, VERIFIER + stranger)
    assert not verifier_fits(CHALLENGE[:-1] + stranger, VERIFIER)


@pytest.mark.parametrize("length", [0, 42, 44, 129])
def test_a_challenge_of_another_length_is_none(length: int) -> None:
    assert not is_challenge("A" * length)
    assert not verifier_fits("A" * length, VERIFIER)


def test_the_verifier_itself_is_no_challenge_for_it() -> None:
    assert not verifier_fits(VERIFIER, VERIFIER)
