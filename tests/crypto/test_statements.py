"""Statements for clients: verified with our published keys, each kind taken for nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.crypto.keyring import Keyring
from authserver.domain.errors import StorageUnavailable
from authserver.domain.identity_tokens import StatementType
from authserver.domain.keys import KeyState, SigningAlgorithm
from tests.crypto.forging import (
    ES256,
    ISSUER,
    RS256,
    TOKEN,
    Workshop,
    changed,
    claims,
    decoded,
    segment,
    workshop,
)
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping

CLAIMS: Final[Mapping[str, object]] = {
    "iss": ISSUER,
    "sub": "user:u-1",
    "aud": "web-app",
    "exp": int(EPOCH) + 600,
    "iat": int(EPOCH),
    "auth_time": int(EPOCH) - 5,
    "nonce": "n-1",
    "sid": "session-1",
    "azp": "web-app",
}
SHOP = workshop()


def id_token(ring: Keyring, algorithm: SigningAlgorithm = RS256, **changes: object) -> str:
    return ring.sign_statement(StatementType.ID_TOKEN, changed(dict(CLAIMS), changes), algorithm)


def forged(shop: Workshop, payload: object = None, **header: object) -> str:
    members = shop.header(ES256, **{"typ": "JWT", **header})
    return shop.forge(members, dict(CLAIMS) if payload is None else payload)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@pytest.mark.parametrize("kind", StatementType)
def test_clients_verify_a_statement_with_the_published_keys(
    ring: Keyring, kind: StatementType, algorithm: SigningAlgorithm
) -> None:
    value = ring.sign_statement(kind, CLAIMS, algorithm)
    header = jwt.get_unverified_header(value)
    assert (header["typ"], header["alg"]) == (kind.value, algorithm.value)
    key = jwt.PyJWKSet.from_json(ring.jwks().decode())[header["kid"]]
    told = jwt.decode(
        value,
        key,
        algorithms=[algorithm.value],
        audience="web-app",
        issuer=ISSUER,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert told == CLAIMS


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@pytest.mark.parametrize("kind", StatementType)
@pytest.mark.rule("JW-03")
def test_no_statement_is_an_access_token_even_with_its_claims(
    ring: Keyring, kind: StatementType, algorithm: SigningAlgorithm
) -> None:
    assert ring.read(ring.sign_statement(kind, claims(), algorithm)) is None


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_an_id_token_is_read_back_however_old(ring: Keyring, algorithm: SigningAlgorithm) -> None:
    hint = ring.read_id_token(id_token(ring, algorithm, exp=10, iat=5, auth_time=1))
    assert hint is not None
    assert (hint.subject, hint.client_id, hint.session_id, hint.issued_at) == (
        "user:u-1",
        "web-app",
        "session-1",
        5,
    )
    assert hint.claims["nonce"] == "n-1"


def test_an_id_token_without_a_session_names_none(ring: Keyring) -> None:
    hint = ring.read_id_token(id_token(ring, sid=...))
    assert hint is not None
    assert hint.session_id == ""


@pytest.mark.rule("JW-03")
@pytest.mark.rule("LO-03")
@pytest.mark.parametrize("kind", [each for each in StatementType if each != "JWT"])
def test_no_other_statement_is_an_id_token(ring: Keyring, kind: StatementType) -> None:
    assert ring.read_id_token(ring.sign_statement(kind, CLAIMS, RS256)) is None


@pytest.mark.rule("LO-03")
@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_an_access_token_is_no_id_token(ring: Keyring, algorithm: SigningAlgorithm) -> None:
    assert ring.read_id_token(ring.sign(TOKEN, algorithm)) is None


@pytest.mark.rule("LO-03")
def test_the_claims_of_an_id_token_make_none_of_another_kind(shop: Workshop) -> None:
    for typ in ("at+jwt", "site-assertion+jwt", "logout+jwt", "userinfo+jwt"):
        assert shop.ring.read_id_token(forged(shop, typ=typ)) is None


FLAWS: Final[Mapping[str, dict[str, object]]] = {
    "another issuer": {"iss": "https://other.example.org"},
    "an issuer with a slash": {"iss": ISSUER + "/"},
    "no issuer": {"iss": ...},
    "no subject": {"sub": ...},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": 7},
    "no audience": {"aud": ...},
    "several audiences": {"aud": ["web-app", "other"]},
    "one audience in a list": {"aud": ["web-app"]},
    "another authorized party": {"azp": "other"},
    "no end": {"exp": ...},
    "an end that is true": {"exp": True},
    "an end that is a fraction": {"exp": EPOCH + 0.5},
    "no time of issue": {"iat": ...},
    "a time of issue before time": {"iat": -1},
    "no time of sign-in": {"auth_time": ...},
    "a session that is no text": {"sid": 1},
    "events of a logout token": {"events": {}},
    "scopes": {"scope": "openid"},
    "a client as in access tokens": {"client_id": "web-app"},
    "an introspection": {"token_introspection": {}},
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_only_the_form_of_our_id_tokens_is_read(shop: Workshop, flaw: str) -> None:
    payload = changed(dict(CLAIMS), FLAWS[flaw])
    assert shop.ring.read_id_token(forged(shop, payload)) is None
    assert shop.ring.read_id_token(forged(shop)) is not None


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b'"text"',
        b"{",
        json.dumps(CLAIMS).encode(),
        json.dumps(CLAIMS, separators=(",", ":")).encode() + b"\n",
        json.dumps(CLAIMS, separators=(",", ":")).replace('"iat"', '"sub":"x","iat"').encode(),
        json.dumps(CLAIMS, separators=(",", ":")).replace("user:", "\\u0075ser:").encode(),
    ],
    ids=range(8),
)
def test_an_id_token_has_one_spelling(shop: Workshop, payload: bytes) -> None:
    assert shop.ring.read_id_token(forged(shop, payload)) is None


@pytest.mark.parametrize(
    "header",
    [{"typ": "jwt"}, {"typ": ...}, {"alg": "none"}, {"alg": "HS256"}, {"kid": ...}, {"crit": []}],
    ids=str,
)
def test_a_header_of_an_id_token_has_one_spelling(shop: Workshop, header: dict[str, Any]) -> None:
    assert shop.ring.read_id_token(forged(shop, None, **header)) is None


def test_a_changed_id_token_is_none(ring: Keyring) -> None:
    head, payload, signature = id_token(ring).split(".")
    other = json.loads(decoded(payload)) | {"sub": "user:u-2"}
    for text in (
        f"{head}.{segment(other)}.{signature}",
        f"{head}.{payload}.",
        f"{head}.{payload}",
        f"{head}.{payload}.{signature}.",
        f"{head}.{payload}.{signature}=",
        f" {head}.{payload}.{signature}",
        f"{head}.{payload}.{signature}" + "A" * 20_000,
        f"{head}.{payload}.é",
        "",
    ):
        assert ring.read_id_token(text) is None


@given(st.text(max_size=60))
def test_no_text_makes_reading_fail(text: str) -> None:
    assert SHOP.ring.read_id_token(text) is None
    head, _, signature = forged(SHOP).split(".")
    assert SHOP.ring.read_id_token(f"{head}.{text}.{signature}") is None


def test_an_id_token_counts_only_while_its_key_is_published(shop: Workshop) -> None:
    value = id_token(shop.ring)
    retiring, gone = (
        Keyring([replace(key, state=state) for key in shop.keys], shop.sealer, ISSUER)
        for state in (KeyState.RETIRING, KeyState.REVOKED)
    )
    assert retiring.read_id_token(value) is not None
    assert gone.read_id_token(value) is None


def test_without_an_active_key_nothing_is_said(shop: Workshop) -> None:
    with pytest.raises(StorageUnavailable):
        Keyring([], shop.sealer, ISSUER).sign_statement(StatementType.ID_TOKEN, CLAIMS, RS256)


@pytest.mark.parametrize("issuer", ["https://other.example.org", None, ...])
def test_nothing_is_said_in_the_name_of_another(ring: Keyring, issuer: object) -> None:
    with pytest.raises(ValueError, match="another issuer"):
        id_token(ring, iss=issuer)
