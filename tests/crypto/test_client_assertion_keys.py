"""A client assertion is signed by a registered key, with that key's algorithm."""

from __future__ import annotations

import hmac
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from authserver.crypto.client_assertions import ClientAssertionVerifier
from authserver.crypto.jose_refusals import Refusal
from authserver.domain.credentials import VerifiedAssertion
from tests.crypto.assertions import (
    CLIENT,
    NOW,
    PRIVATE,
    TOKEN_ENDPOINT,
    VERIFIER,
    assertion_claims,
    client,
    make,
    public_jwk,
    refusal,
)
from tests.crypto.forging import ISSUER, segment, signed


@pytest.mark.rule("CA-08")
@pytest.mark.parametrize("algorithm", PRIVATE)
def test_a_good_assertion_proves_the_client(algorithm: str) -> None:
    expected = VerifiedAssertion("ci-job", "a-name-used-once", NOW + 60)
    assert VERIFIER.verify(make(algorithm=algorithm), CLIENT, NOW) == expected


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_an_assertion_that_a_library_made_is_good(algorithm: str) -> None:
    value = jwt.encode(
        assertion_claims(), PRIVATE[algorithm], algorithm, headers={"kid": f"key-{algorithm}"}
    )
    assert VERIFIER.verify(value, CLIENT, NOW) is not None


@pytest.mark.parametrize("media_type", [..., "JWT", "jwt", "client-authentication+jwt",
                                        "application/client-authentication+jwt"])  # fmt: skip
def test_the_types_of_assertions_are_accepted(media_type: object) -> None:
    assert VERIFIER.verify(make(header={"typ": media_type}), CLIENT, NOW) is not None


@pytest.mark.rule("JW-03")
@pytest.mark.parametrize(
    "media_type", ["at+jwt", "application/at+jwt", "logout+jwt", "dpop+jwt", "x", None, 1, ["JWT"]]
)
def test_other_types_are_refused(media_type: object) -> None:
    assert refusal(make(header={"typ": media_type})) is Refusal.TYPE


@pytest.mark.rule("CA-08")
@pytest.mark.parametrize(
    "algorithm",
    ["none", "None", "NONE", "", "HS256", "RS256", "ES384", "PS512", "Ed25519", None, 1, ["ES256"]],
)
def test_algorithms_outside_the_list_are_refused(algorithm: object) -> None:
    assert refusal(make(header={"alg": algorithm})) is Refusal.ALGORITHM
    assert refusal(make(header={"alg": ...})) is Refusal.ALGORITHM


@pytest.mark.rule("CA-08")
def test_the_algorithm_belongs_to_the_key() -> None:
    for algorithm in PRIVATE:
        for other in set(PRIVATE) - {algorithm}:
            assert refusal(make(algorithm=algorithm, header={"alg": other})) is Refusal.ALGORITHM
            assert refusal(make(algorithm=algorithm, header={"kid": f"key-{other}"})) is (
                Refusal.ALGORITHM
            )


@pytest.mark.rule("CA-08")
def test_the_registered_key_is_no_symmetric_key() -> None:
    for header in ({"alg": "HS256", "kid": "key-ES256"}, {"alg": "ES256", "kid": "key-ES256"}):
        signing_input = f"{segment(header)}.{segment(assertion_claims())}"
        for secret in (str(public_jwk("ES256")).encode(), b""):
            code = hmac.digest(secret, signing_input.encode(), "sha256")
            assert refusal(f"{signing_input}.{segment(code)}") in {
                Refusal.ALGORITHM,
                Refusal.SIGNATURE,
            }


@pytest.mark.rule("CA-08")
@pytest.mark.parametrize("kid", ["other", "", "KEY-ES256", "../key", "key-ES256 ", None, 1, [], {}])
def test_only_a_registered_kid_names_a_key(kid: object) -> None:
    assert refusal(make(header={"kid": kid})) is Refusal.KEY


def test_without_a_kid_the_only_key_is_meant() -> None:
    nameless = make(header={"kid": ...})
    assert VERIFIER.verify(nameless, client("ES256"), NOW) is not None
    assert refusal(nameless) is Refusal.KEY
    assert refusal(nameless, client("PS256")) is Refusal.ALGORITHM
    assert refusal(nameless, replace(CLIENT, jwks=())) is Refusal.KEY
    assert refusal(make(header={"kid": None}), client("ES256")) is Refusal.KEY


@pytest.mark.rule("CA-08")
@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": public_jwk("ES256")},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
        {"x5t": "AAAA"},
        {"crit": ["exp"]},
        {"crit": []},
        {"b64": False},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"p2c": 1},
        {"unknown": 1},
    ],
    ids="+".join,
)
def test_any_further_header_member_is_refused(extra: dict[str, object]) -> None:
    assert refusal(make(header=extra)) is Refusal.HEADER


@pytest.mark.rule("CA-08")
def test_a_strangers_signature_is_refused() -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    value = signed(stranger, "ES256", {"alg": "ES256", "kid": "key-ES256"}, assertion_claims())
    assert refusal(value) is Refusal.SIGNATURE
    header, _, signature = make().split(".")
    payload = segment(assertion_claims(jti="another"))
    assert refusal(f"{header}.{payload}.{signature}") is Refusal.SIGNATURE


def test_replaced_keys_count_at_once() -> None:
    value = make()
    assert VERIFIER.verify(value, client("ES256"), NOW) is not None
    assert refusal(value, client("PS256", "EdDSA")) is Refusal.KEY
    other = {**public_jwk("ES256"), "kid": "renamed"}
    assert refusal(value, replace(CLIENT, jwks=(other,))) is Refusal.KEY


@pytest.mark.parametrize(
    "jwk", [{}, {"kty": "oct", "k": "AAAA", "kid": "key-ES256"}, {"kty": "EC", "kid": "key-ES256"}]
)
def test_a_stored_key_that_was_never_registered_verifies_nothing(jwk: dict[str, object]) -> None:
    assert refusal(make(), replace(CLIENT, jwks=(jwk,))) is Refusal.KEY


def test_many_key_sets_are_remembered_in_bounds() -> None:
    verifier = ClientAssertionVerifier(ISSUER, TOKEN_ENDPOINT)
    for number in range(1100):
        jwk = {**public_jwk("EdDSA"), "kid": f"key-{number}"}
        verifier.verify(make(), replace(CLIENT, jwks=(jwk,)), NOW)
    assert len(verifier._key_sets) <= 512
    assert verifier.verify(make(), CLIENT, NOW) is not None
