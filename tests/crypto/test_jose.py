"""A policy decides about a kind of token, whatever the keys could do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from authserver.crypto.jose import VerificationKey, peek, verify
from authserver.crypto.jose_policy import CLIENT_ASSERTION, TokenPolicy
from authserver.crypto.jose_refusals import Refusal, TokenRefused
from tests.crypto.assertions import assertion_claims
from tests.crypto.forging import signed

if TYPE_CHECKING:
    from collections.abc import Callable

PRIVATE = ed25519.Ed25519PrivateKey.generate()
KEYS = {"one": VerificationKey("one", "EdDSA", PRIVATE.public_key())}


def make(**header: object) -> str:
    return signed(PRIVATE, "EdDSA", {"alg": "EdDSA", "kid": "one", **header}, assertion_claims())


def test_a_policy_that_allows_the_algorithm_reads_the_claims() -> None:
    assert verify(make(), CLIENT_ASSERTION, KEYS) == assertion_claims()


@pytest.mark.rule("JW-02")
def test_a_policy_can_exclude_what_a_key_could_do() -> None:
    narrow = replace(CLIENT_ASSERTION, algorithms=frozenset({"ES256"}))
    for keys in (KEYS, {"one": VerificationKey("one", "ES256", es256_public())}):
        with pytest.raises(TokenRefused) as caught:
            verify(make(), narrow, keys)
        assert caught.value.refusal is Refusal.ALGORITHM


def es256_public() -> ec.EllipticCurvePublicKey:
    return ec.generate_private_key(ec.SECP256R1()).public_key()


def test_a_policy_can_require_a_type_of_its_own() -> None:
    typed = replace(CLIENT_ASSERTION, types=frozenset({"logout+jwt"}))
    assert verify(make(typ="logout+jwt"), typed, KEYS)
    assert verify(make(typ="application/LOGOUT+JWT"), typed, KEYS)
    for header in ({}, {"typ": "JWT"}, {"typ": "logout+jwt2"}, {"typ": "xlogout+jwt"}):
        with pytest.raises(TokenRefused) as caught:
            verify(make(**header), typed, KEYS)
        assert caught.value.refusal is Refusal.TYPE


def test_a_policy_can_be_shorter_than_the_general_limit() -> None:
    value = make()
    enough = replace(CLIENT_ASSERTION, chars_max=len(value))
    assert verify(value, enough, KEYS) == peek(value, enough)
    short = replace(CLIENT_ASSERTION, chars_max=len(value) - 1)
    for caught in (refused(verify, value, short, KEYS), refused(peek, value, short)):
        assert caught is Refusal.SIZE


def refused(read: Callable[..., object], *arguments: object) -> Refusal:
    with pytest.raises(TokenRefused) as caught:
        read(*arguments)
    return caught.value.refusal


def test_peeking_proves_nothing_but_checks_the_form() -> None:
    value = make()
    assert peek(value[: value.rindex(".")] + ".AAAA", CLIENT_ASSERTION) == assertion_claims()
    strict = TokenPolicy(frozenset(), frozenset(), {"missing": bool}, {})
    with pytest.raises(TokenRefused) as caught:
        peek(value, strict)
    assert (caught.value.refusal, caught.value.member) == (Refusal.CLAIMS, "missing")
