"""Connect JWTs are read strictly: changed anywhere, in any way, they are none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.crypto.connect_tokens import CHARS_MAX, ConnectTokenReader, RsaKeySets
from authserver.crypto.public_jwks import KEYS_MAX
from authserver.domain.connect_keys import ConnectProblem
from authserver.domain.connect_ports import ConnectClaims, ConnectRefused
from authserver.domain.errors import InvalidField
from tests.connect.signing import (
    APP,
    HEADER,
    OTHER_SECRET,
    SECRET,
    RsaSigner,
    by_secret,
    claims,
    segment,
    unsigned,
)

if TYPE_CHECKING:
    from collections.abc import Callable

READER: Final = ConnectTokenReader()
SIGNER: Final = RsaSigner()
JWKS: Final = RsaKeySets().normalise(SIGNER.jwks())
SECRETS: Final = [SECRET.encode()]
GOOD: Final = {
    "HS256": by_secret(claims(jti="one")),
    "RS256": SIGNER.sign(claims(jti="one")),
}
CLASSES: Final = "AQgw_bz059-+/.=~ \t\r\n\0%&;,:\"'\\<>?#{}\x7f\x80üA\u030aＡ٠"  # noqa: RUF001 - look-alikes are the point


def read(value: str, algorithm: str = "HS256") -> ConnectClaims:
    if algorithm == "RS256":
        return READER.by_key_set(READER.claimed(value), JWKS)
    return READER.by_secrets(READER.claimed(value), SECRETS)


def is_good(value: str, algorithm: str) -> bool:
    try:
        read(value, algorithm)
    except ConnectRefused:
        return False
    return True


def problem(value: str, algorithm: str = "HS256") -> ConnectProblem:
    with pytest.raises(ConnectRefused) as refused:
        read(value, algorithm)
    return refused.value.problem


@pytest.mark.parametrize("algorithm", GOOD)
def test_a_good_one_is_read(algorithm: str) -> None:
    found = read(GOOD[algorithm], algorithm)
    said = claims(jti="one")
    assert (found.issuer, found.token_id, found.query_hash) == (APP, "one", said["qsh"])
    assert (found.issued_at, found.expires_at, found.not_before) == (said["iat"], said["exp"], 0)
    assert (found.subject, found.audiences) == ("", ())
    assert READER.claimed(GOOD[algorithm]).issuer == APP


@pytest.mark.rule("JW-09")
@pytest.mark.parametrize("algorithm", GOOD)
@pytest.mark.feature(29)
def test_no_character_can_be_replaced(algorithm: str) -> None:
    value = GOOD[algorithm]
    accepted = [
        (place, other)
        for place, old in enumerate(value)
        for other in CLASSES + old.swapcase()
        if other != old and is_good(value[:place] + other + value[place + 1 :], algorithm)
    ]
    assert accepted == []


@pytest.mark.parametrize("algorithm", GOOD)
@pytest.mark.feature(29)
def test_no_bit_of_a_segment_can_be_flipped(algorithm: str) -> None:
    value = GOOD[algorithm]
    for place in range(len(value)):
        for bit in range(7):
            other = chr(ord(value[place]) ^ (1 << bit))
            assert not is_good(value[:place] + other + value[place + 1 :], algorithm)


@pytest.mark.parametrize("algorithm", GOOD)
def test_no_character_can_be_inserted_removed_or_swapped(algorithm: str) -> None:
    value = GOOD[algorithm]
    for place in range(len(value) + 1):
        for extra in "A=. \n-":
            assert not is_good(value[:place] + extra + value[place:], algorithm)
        assert not is_good(value[:place], algorithm) or place == len(value)
    for place in range(len(value) - 1):
        assert not is_good(value[:place] + value[place + 1 :], algorithm)
        one, other = value[place], value[place + 1]
        swapped = value[:place] + other + one + value[place + 2 :]
        assert one == other or not is_good(swapped, algorithm)


@given(st.data())
@pytest.mark.feature(29)
def test_no_claim_can_be_changed_under_a_signature(data: st.DataObject) -> None:
    said: dict[str, Any] = claims(jti="one")
    name = data.draw(st.sampled_from([*said, "sub", "aud", "nbf", "scope"]))
    value = data.draw(st.one_of(st.integers(0, 2**33), st.text(max_size=8), st.booleans()))
    changed = {**said, name: value}
    for algorithm, good in GOOD.items():
        header, _, signature = good.split(".")
        forged = f"{header}.{segment(changed).decode()}.{signature}"
        assert (changed == said) or not is_good(forged, algorithm)


@given(st.text(max_size=200))
def test_no_text_at_all_is_more_than_refused(text: str) -> None:
    assert not is_good(text, "HS256")
    assert not is_good(text, "RS256")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"alg": "none"}, ConnectProblem.ALGORITHM_NOT_ALLOWED),
        ({"alg": "RS256"}, ConnectProblem.ALGORITHM_NOT_ALLOWED),
        ({"alg": "HS512"}, ConnectProblem.ALGORITHM_NOT_ALLOWED),
        ({"alg": "hs256"}, ConnectProblem.ALGORITHM_NOT_ALLOWED),
        ({"alg": ["HS256"]}, ConnectProblem.ALGORITHM_NOT_ALLOWED),
        ({"typ": "JWT"}, ConnectProblem.ALGORITHM_NOT_ALLOWED),
        ({"alg": "HS256", "typ": "at+jwt"}, ConnectProblem.TYPE_NOT_ALLOWED),
        ({"alg": "HS256", "typ": 1}, ConnectProblem.TYPE_NOT_ALLOWED),
        ({"alg": "HS256", "crit": ["exp"]}, ConnectProblem.HEADER_NOT_ALLOWED),
        ({"alg": "HS256", "jku": "https://x.example"}, ConnectProblem.HEADER_NOT_ALLOWED),
        ({"alg": "HS256", "jwk": {}}, ConnectProblem.HEADER_NOT_ALLOWED),
        ({"alg": "HS256", "zip": "DEF"}, ConnectProblem.HEADER_NOT_ALLOWED),
        ({"alg": "HS256", "kid": "k1"}, ConnectProblem.KEY_UNKNOWN),
        ('{"alg":"HS256","alg":"HS256"}', ConnectProblem.MALFORMED),
        ("[]", ConnectProblem.MALFORMED),
    ],
)
def test_a_header_says_nothing_but_what_it_must(header: object, expected: ConnectProblem) -> None:
    assert problem(by_secret(claims(), header=header)) is expected


def test_without_a_type_it_may_come() -> None:
    assert read(by_secret(claims(), header={"alg": "HS256"})).issuer == APP
    assert read(by_secret(claims(), header={"alg": "HS256", "typ": "jwt"})).issuer == APP


def test_no_member_stands_twice() -> None:
    twice = json.dumps(claims())[:-1] + f', "iss": "{APP}"}}'
    assert problem(by_secret(twice)) is ConnectProblem.MALFORMED


@pytest.mark.parametrize("header", [{"alg": "none"}, HEADER, {"alg": "RS256", "kid": "k1"}])
def test_without_a_signature_it_is_none(header: dict[str, object]) -> None:
    for algorithm in GOOD:
        assert problem(unsigned(claims(), header), algorithm) is ConnectProblem.MALFORMED


def test_a_public_key_is_no_secret() -> None:
    public = SIGNER.public_pem.decode()
    for secret in (public, public.strip(), SIGNER.jwks(), JWKS, str(SIGNER.jwk()["n"])):
        for header in ({"alg": "HS256"}, {"alg": "HS256", "kid": "k1"}):
            forged = by_secret(claims(), secret, header)
            assert problem(forged, "RS256") is ConnectProblem.ALGORITHM_NOT_ALLOWED
        confused = by_secret(claims(), secret, {"alg": "RS256", "kid": "k1"})
        assert problem(confused, "RS256") is ConnectProblem.SIGNATURE_INVALID


def test_any_of_the_secrets_may_have_signed() -> None:
    both = [OTHER_SECRET.encode(), SECRET.encode()]
    for secret in (SECRET, OTHER_SECRET):
        assert READER.by_secrets(READER.claimed(by_secret(claims(), secret)), both).issuer == APP
    with pytest.raises(ConnectRefused):
        READER.by_secrets(READER.claimed(by_secret(claims(), "x" * 36)), both)
    with pytest.raises(ConnectRefused, match="qsh"):
        READER.by_secrets(READER.claimed(by_secret(claims(qsh=...), OTHER_SECRET)), both)


def test_it_has_to_fit_into_a_query() -> None:
    long = by_secret(claims(context="x" * CHARS_MAX))
    assert problem(long) is ConnectProblem.TOO_LARGE
    with pytest.raises(ConnectRefused, match="too_large"):
        READER.claimed(long)


def test_of_several_keys_the_named_one_counts() -> None:
    other = RsaSigner("k2")
    both = RsaKeySets().normalise(json.dumps({"keys": [SIGNER.jwk(), other.jwk()]}))
    assert READER.by_key_set(READER.claimed(other.sign(claims())), both).issuer == APP
    for header in ({"alg": "RS256", "kid": "k1"}, {"alg": "RS256"}, {"alg": "RS256", "kid": 2}):
        with pytest.raises(ConnectRefused):
            READER.by_key_set(READER.claimed(other.sign(claims(), header)), both)
    assert (
        READER.by_key_set(READER.claimed(SIGNER.sign(claims(), {"alg": "RS256"})), JWKS).issuer
        == APP
    )


@pytest.mark.parametrize(
    ("change", "member"),
    [
        (lambda jwk: jwk | {"kty": "oct", "k": "AAAA"}, "jwks.keys[0].k"),
        (lambda jwk: jwk | {"d": "AAAA"}, "jwks.keys[0].d"),
        (lambda jwk: jwk | {"alg": "HS256"}, "jwks.keys[0].alg"),
        (lambda jwk: jwk | {"alg": "PS256"}, "jwks.keys[0].alg"),
        (lambda jwk: jwk | {"use": "enc"}, "jwks.keys[0].use"),
        (lambda jwk: jwk | {"kty": "EC"}, "jwks.keys[0].kty"),
        (lambda jwk: jwk | {"n": jwk["n"][:100]}, "jwks.keys[0].n"),
    ],
)
def test_only_public_rsa_keys_are_registered(
    change: Callable[[dict[str, Any]], dict[str, Any]], member: str
) -> None:
    with pytest.raises(InvalidField) as refused:
        RsaKeySets().normalise(json.dumps({"keys": [change(SIGNER.jwk())]}))
    assert refused.value.field == member


def test_a_key_set_is_kept_without_what_nobody_needs() -> None:
    kept = RsaKeySets().normalise(json.dumps({"keys": [SIGNER.jwk(x5u="https://x.example")]}))
    assert "x5u" not in kept
    with pytest.raises(InvalidField):
        RsaKeySets().normalise("no JSON")
    keys = [SIGNER.jwk(kid=f"k{number}") for number in range(KEYS_MAX + 1)]
    with pytest.raises(InvalidField):
        RsaKeySets().normalise(json.dumps({"keys": keys}))


def test_a_stored_set_that_nobody_can_read_verifies_nothing() -> None:
    with pytest.raises(ConnectRefused) as refused:
        READER.by_key_set(READER.claimed(GOOD["RS256"]), "{}")
    assert refused.value.problem is ConnectProblem.KEY_UNKNOWN


def test_many_key_sets_do_not_fill_the_memory() -> None:
    reader = ConnectTokenReader()
    for number in range(600):
        kept = RsaKeySets().normalise(json.dumps({"keys": [SIGNER.jwk(kid=f"k{number}")]}))
        with pytest.raises(ConnectRefused):
            reader.by_key_set(reader.claimed(GOOD["HS256"]), kept)
    assert len(reader._key_sets) <= 512
