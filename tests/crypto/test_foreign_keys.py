"""Keys that providers publish: what is weak, private or ambiguous is not among those that count."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from authserver.crypto.foreign_keys import ForeignKeySets, foreign_key
from tests.crypto.forging import segment
from tests.crypto.providers import ec_key, public_jwk, rsa_key

KEY = rsa_key()
JWK = public_jwk(KEY)


def kids(*jwks: object) -> list[object]:
    return [each["kid"] for each in ForeignKeySets().usable(jwks)]


def test_a_key_is_reduced_to_what_verifying_needs() -> None:
    shown = public_jwk(KEY, alg="RS256", x5c=["MIIC"], x5t="t", issuer="https://i", junk=1)
    (kept,) = ForeignKeySets().usable([shown])
    assert dict(kept) == {**JWK, "alg": "RS256", "issuer": "https://i"}


def test_a_key_without_an_algorithm_is_for_all_that_its_kind_can_do() -> None:
    (kept,) = ForeignKeySets().usable([JWK])
    assert "alg" not in kept
    assert foreign_key(kept, "RS256") is not None
    assert foreign_key(kept, "PS256") is not None
    assert foreign_key(kept, "ES256") is None


def test_elliptic_keys_count_too() -> None:
    assert kids(public_jwk(ec_key(), "e"), public_jwk(Ed25519PrivateKey.generate(), "d")) == [
        "e",
        "d",
    ]


def broken(**members: object) -> dict[str, Any]:
    return public_jwk(KEY, **members)


UNUSABLE: dict[str, object] = {
    "no object": "k1",
    "nothing": None,
    "a list": [],
    "no kid": broken(kid=...),
    "a kid that is a number": broken(kid=7),
    "a kid with a blank": broken(kid="a b"),
    "for encryption": broken(use="enc"),
    "for another operation": broken(key_ops=["sign"]),
    "another kind": broken(kty="oct", k="c2VjcmV0"),
    "a kind that is a list": broken(kty=["RSA"]),
    "an algorithm that we do not use": broken(alg="RS512"),
    "a private part": broken(d="AQAB"),
    "no modulus": broken(n=...),
    "a modulus that is a number": broken(n=7),
    "an exponent of one": broken(e="AQ"),
    "an issuer that is a list": broken(issuer=["https://i"]),
    "an empty issuer": broken(issuer=""),
    "an issuer without end": broken(issuer="https://i/" + "x" * 3000),
    "1024 bit": public_jwk(rsa_key(1024)),
}


@pytest.mark.parametrize("flaw", UNUSABLE)
def test_a_key_with_a_flaw_does_not_count_and_the_others_do(flaw: str) -> None:
    good = public_jwk(KEY, "good")
    assert kids(UNUSABLE[flaw], good) == ["good"]
    assert kids(good, UNUSABLE[flaw]) == ["good"]


def test_another_curve_does_not_count() -> None:
    point = generate_private_key(SECP384R1()).public_key().public_numbers()
    x, y = (segment(each.to_bytes(48, "big")) for each in (point.x, point.y))
    assert kids({"kty": "EC", "crv": "P-384", "x": x, "y": y, "kid": "k"}) == []


def test_a_kept_key_that_was_changed_verifies_nothing() -> None:
    for changes in ({"n": "AQAB"}, {"e": "!"}, {"kty": "oct"}, {"kty": "EC"}, {"n": ...}):
        assert foreign_key(public_jwk(KEY, **changes), "RS256") is None


@pytest.mark.rule("F-26")
def test_two_keys_with_one_name_are_both_left_out() -> None:
    other = public_jwk(rsa_key(), "k1")
    assert kids(JWK, other, public_jwk(KEY, "k2")) == ["k2"]
    assert kids(JWK, JWK) == []


def test_a_name_may_come_again_for_another_issuer() -> None:
    assert kids(broken(issuer="https://a"), broken(issuer="https://b")) == ["k1", "k1"]
