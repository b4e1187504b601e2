"""Tokens that providers signed: read strictly, each flaw refused with its own reason."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.external_tokens import (
    ACCESS_TOKEN_TYPES,
    ID_TOKEN_TYPES,
    LOGOUT_TOKEN_TYPES,
    ExternalProblem,
)
from authserver.domain.upstream_ports import ForeignTokenRefused, PeekedToken
from tests.crypto.forging import decoded, segment
from tests.crypto.providers import (
    ISSUER,
    ec_key,
    foreign_claims,
    foreign_token,
    public_jwk,
    published,
)
from tests.crypto.reading import KEY, KEYS, OTHER_KEY, READER, RS256, refusal, verified

EVERY: Final = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
ELLIPTIC: Final = ec_key()
EDWARDS: Final = Ed25519PrivateKey.generate()


def test_a_good_token_is_read() -> None:
    assert verified(foreign_token(KEY)) == foreign_claims()
    assert READER.peek(foreign_token(KEY)) == PeekedToken(ISSUER, "k1")


@pytest.mark.parametrize(
    ("private", "algorithm"),
    [(KEY, "RS256"), (KEY, "PS256"), (ELLIPTIC, "ES256"), (EDWARDS, "EdDSA")],
    ids=["RS256", "PS256", "ES256", "EdDSA"],
)
@pytest.mark.feature(27)
def test_an_algorithm_counts_where_the_provider_is_said_to_use_it(
    private: Any, algorithm: str
) -> None:
    keys = published(public_jwk(private))
    token = foreign_token(private, algorithm=algorithm)
    assert verified(token, keys, frozenset({algorithm})) == foreign_claims()
    others = EVERY - {algorithm}
    assert refusal(token, keys, others) is ExternalProblem.ALGORITHM_NOT_ALLOWED
    assert refusal(token, keys, frozenset()) is ExternalProblem.ALGORITHM_NOT_ALLOWED


def test_both_forms_of_an_elliptic_signature_count() -> None:
    """Providers do not promise the smaller one, and half of all signatures are the larger."""
    keys = published(public_jwk(ELLIPTIC))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    head, payload, signature = foreign_token(ELLIPTIC, algorithm="ES256").split(".")
    raw = decoded(signature)
    other = raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    for each in (raw, other):
        token = f"{head}.{payload}.{segment(each)}"
        assert verified(token, keys, frozenset({"ES256"})) == foreign_claims()


def test_a_key_that_names_an_algorithm_is_for_no_other() -> None:
    keys = published(public_jwk(KEY, alg="RS256"))
    token = foreign_token(KEY, algorithm="PS256")
    assert refusal(token, keys, EVERY) is ExternalProblem.ALGORITHM_NOT_ALLOWED


def test_a_key_of_another_kind_is_not_tried() -> None:
    keys = published(public_jwk(ELLIPTIC))
    assert refusal(foreign_token(KEY), keys, EVERY) is ExternalProblem.ALGORITHM_NOT_ALLOWED


def hs256(secret: bytes) -> str:
    signing_input = f"{segment({'alg': 'HS256', 'kid': 'k1'})}.{segment(foreign_claims())}"
    return f"{signing_input}.{segment(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}"


def test_x1_no_signature_at_all() -> None:
    head = segment({"alg": "none", "kid": "k1"})
    for signature in ("", segment(b"x")):
        token = f"{head}.{segment(foreign_claims())}.{signature}"
        assert refusal(token) is ExternalProblem.ALGORITHM_NOT_ALLOWED
        assert refusal(token, KEYS, frozenset({"none"})) is ExternalProblem.ALGORITHM_NOT_ALLOWED


def test_x2_the_public_key_as_a_shared_secret() -> None:
    public = KEY.public_key()
    for secret in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(public_jwk(KEY)).encode(),
    ):
        for allowed in (RS256, frozenset({"HS256"})):
            problem = refusal(hs256(secret), KEYS, allowed)
            assert problem is ExternalProblem.ALGORITHM_NOT_ALLOWED


@pytest.mark.parametrize("algorithm", ["RS512", "rs256", "RS1", "", 7, None, ["RS256"], ...])
def test_x3_another_algorithm(algorithm: object) -> None:
    token = foreign_token(KEY, alg=algorithm)
    assert refusal(token, KEYS, EVERY) is ExternalProblem.ALGORITHM_NOT_ALLOWED


@pytest.mark.parametrize(
    "member", ["crit", "jwk", "jku", "x5u", "x5c", "zip", "b64", "cty", "enc", "nonce", "KID"]
)
def test_x4_x5_a_header_brings_nothing_along(member: str) -> None:
    brought: dict[str, Any] = {member: "https://evil.example/keys"}
    token = foreign_token(KEY, **brought)
    assert refusal(token) is ExternalProblem.HEADER_NOT_ALLOWED
    with pytest.raises(ForeignTokenRefused) as caught:
        READER.peek(token)
    assert caught.value.problem is ExternalProblem.HEADER_NOT_ALLOWED
    assert "evil" not in str(caught.value)


def test_thumbprints_in_a_header_are_harmless() -> None:
    token = foreign_token(KEY, **{"x5t": "abc", "x5t#S256": "def", "typ": "JWT"})
    assert verified(token) == foreign_claims()


def test_x8_a_member_that_stands_twice() -> None:
    payload = json.dumps(foreign_claims()).replace('"sub"', '"sub":"root","sub"').encode()
    assert refusal(foreign_token(KEY, payload)) is ExternalProblem.MALFORMED
    head = segment(b'{"alg":"RS256","kid":"k1","alg":"none"}')
    _, body, signature = foreign_token(KEY).split(".")
    assert refusal(f"{head}.{body}.{signature}") is ExternalProblem.MALFORMED


def test_x9_two_megabytes() -> None:
    token = foreign_token(KEY, foreign_claims(pad="x" * 2_000_000))
    assert refusal(token) is ExternalProblem.TOO_LARGE
    with pytest.raises(ForeignTokenRefused) as caught:
        READER.peek(token)
    assert caught.value.problem is ExternalProblem.TOO_LARGE


def test_a_longer_text_is_read_where_that_is_expected() -> None:
    token = foreign_token(KEY, foreign_claims(groups=["g" * 36] * 1000))
    assert refusal(token) is ExternalProblem.TOO_LARGE
    assert verified(token, chars_max=200_000)["sub"] == "ann@example.org"
    assert READER.peek(token, chars_max=200_000).issuer == ISSUER
    assert refusal(token, chars_max=100) is ExternalProblem.TOO_LARGE


def test_an_encrypted_token_is_named() -> None:
    assert refusal("a.b.c.d.e") is ExternalProblem.ENCRYPTED


@pytest.mark.parametrize("text", ["", ".", "..", "a", "a.b", "a.b.c.d", "a.b.c.d.e.f", "é.b.c"])
def test_another_number_of_parts_is_no_token(text: str) -> None:
    assert refusal(text) is ExternalProblem.MALFORMED


@pytest.mark.parametrize("payload", [b"[]", b'"x"', b"{", b"\xff", b"null", b'{"a":NaN}'])
def test_a_payload_is_one_object(payload: bytes) -> None:
    assert refusal(foreign_token(KEY, payload)) is ExternalProblem.MALFORMED


def test_a_segment_has_one_spelling() -> None:
    token = foreign_token(KEY)
    head, payload, signature = token.split(".")
    for text in (
        f"{head}.{payload}.{signature}=",
        f"{head}=.{payload}.{signature}",
        f"{head}.{payload}.{signature}\n",
        f" {token}",
        f"{head}.{payload}.",
        f"{head}..{signature}",
        f"{head}.{payload}.{signature[:-1]}/",
    ):
        assert refusal(text) is ExternalProblem.MALFORMED


def test_a_deep_payload_is_refused() -> None:
    deep: object = 1
    for _ in range(40):
        deep = [deep]
    assert refusal(foreign_token(KEY, foreign_claims(deep=deep))) is ExternalProblem.MALFORMED


@pytest.mark.parametrize("kid", [..., "", "k2", "k" * 256, "K1"])
def test_the_key_is_named_and_known(kid: object) -> None:
    assert refusal(foreign_token(KEY, kid=kid)) is ExternalProblem.KEY_UNKNOWN


@pytest.mark.parametrize("name", ["kid", "typ", "x5t"])
@pytest.mark.parametrize("value", [7, None, ["k1"], {}, True])
def test_a_header_member_is_a_text(name: str, value: Any) -> None:
    assert refusal(foreign_token(KEY, **{name: value})) is ExternalProblem.MALFORMED


def test_another_key_with_the_right_name_signs_nothing() -> None:
    assert refusal(foreign_token(OTHER_KEY)) is ExternalProblem.SIGNATURE_INVALID


def test_nothing_verifies_without_keys() -> None:
    assert refusal(foreign_token(KEY), published()) is ExternalProblem.KEY_UNKNOWN


@pytest.mark.parametrize(
    "issuer", [ISSUER + "/", ISSUER.upper(), "https://dev.okta.example", ISSUER + "\n", ""]
)
def test_the_issuer_is_exact(issuer: str) -> None:
    token = foreign_token(KEY, foreign_claims(iss=issuer))
    assert refusal(token) is ExternalProblem.ISSUER_NOT_ACCEPTED


def test_a_token_without_an_issuer_is_nobodys() -> None:
    missing = foreign_token(KEY, foreign_claims(iss=...))
    assert refusal(missing) is ExternalProblem.CLAIM_MISSING
    for value in (7, None, [ISSUER], True):
        token = foreign_token(KEY, foreign_claims(iss=value))
        assert refusal(token) is ExternalProblem.CLAIM_TYPE


@pytest.mark.parametrize(
    ("typ", "kinds"),
    [
        (..., [ACCESS_TOKEN_TYPES, ID_TOKEN_TYPES, LOGOUT_TOKEN_TYPES]),
        ("JWT", [ACCESS_TOKEN_TYPES, ID_TOKEN_TYPES, LOGOUT_TOKEN_TYPES]),
        ("application/AT+JWT", [ACCESS_TOKEN_TYPES]),
        ("logout+jwt", [LOGOUT_TOKEN_TYPES]),
        ("dpop+jwt", []),
        ("oauth-id-jag+jwt", []),
        ("secevent+jwt", []),
    ],
)
def test_a_token_of_one_kind_is_not_taken_for_another(
    typ: object, kinds: list[frozenset[str]]
) -> None:
    token = foreign_token(KEY, typ=typ)
    for types in (ACCESS_TOKEN_TYPES, ID_TOKEN_TYPES, LOGOUT_TOKEN_TYPES):
        if types in kinds:
            assert verified(token, types=types) == foreign_claims()
        else:
            assert refusal(token, types=types) is ExternalProblem.NOT_AN_ACCESS_TOKEN


def test_times_are_left_to_whoever_knows_what_they_mean() -> None:
    for exp in (..., "soon", 2**63, -1, True):
        payload = foreign_claims(exp=exp)
        assert verified(foreign_token(KEY, payload)) == payload


@given(st.text(max_size=80))
def test_no_text_makes_reading_fail_otherwise(text: str) -> None:
    head, payload, signature = foreign_token(KEY).split(".")
    for token in (text, f"{text}.{payload}.{signature}", f"{head}.{text}.{signature}"):
        for act in (READER.peek, verified):
            with pytest.raises(ForeignTokenRefused):
                act(token)
    with pytest.raises(ForeignTokenRefused):
        verified(f"{head}.{payload}.{text}")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_no_header_makes_reading_fail_otherwise(value: Any) -> None:
    for name in ("alg", "kid", "typ", "x5t"):
        token = foreign_token(KEY, **{name: value})
        for act in (READER.peek, verified):
            try:
                act(token)
            except ForeignTokenRefused:
                continue
