"""Client assertions say who, for whom and until when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from authserver.crypto.jose_refusals import Refusal, TokenRefused
from authserver.domain.authorization_profiles import AssertionAudience, AuthorizationProfile
from tests.crypto.assertions import (
    CLIENT,
    NOW,
    TOKEN_ENDPOINT,
    VERIFIER,
    assertion_claims,
    make,
    refusal,
)
from tests.crypto.forging import ISSUER


@pytest.mark.rule("CA-08")
@pytest.mark.parametrize("name", ["iss", "sub"])
@pytest.mark.parametrize("value", ["other", "ci-job ", "CI-JOB", "client:ci-job"])
def test_issuer_and_subject_are_the_client(name: str, value: str) -> None:
    assert refusal(make(assertion_claims(**{name: value}))) is Refusal.PARTY
    assert refusal(make(), replace(CLIENT, client_id="another")) is Refusal.PARTY


@pytest.mark.rule("CA-09")
@pytest.mark.parametrize(
    "audience",
    [TOKEN_ENDPOINT, ISSUER + "/", ISSUER.upper(), "https://other.example.org", "ci-job", " "],
)
def test_the_audience_is_exactly_our_issuer(audience: str) -> None:
    assert refusal(make(assertion_claims(aud=audience))) is Refusal.AUDIENCE


@pytest.mark.rule("CA-09")
@pytest.mark.parametrize("audience", [[ISSUER], [ISSUER, "other"], [], {}, None, 1, "", ...])
def test_the_audience_is_a_single_text(audience: object) -> None:
    assert refusal(make(assertion_claims(aud=audience))) is Refusal.CLAIMS


SWITCHED = replace(
    CLIENT, profile=AuthorizationProfile(assertion_audience=AssertionAudience.TOKEN_ENDPOINT)
)


@pytest.mark.rule("CA-09")
def test_of_a_client_that_is_registered_so_the_token_endpoint_counts_too() -> None:
    assert VERIFIER.verify(make(assertion_claims(aud=TOKEN_ENDPOINT)), SWITCHED, NOW) is not None
    assert VERIFIER.verify(make(), SWITCHED, NOW) is not None


@pytest.mark.rule("CA-09")
@pytest.mark.parametrize(
    "audience", [f"{ISSUER}/oauth2/par", TOKEN_ENDPOINT + "/", "https://other.example.org"]
)
def test_no_further_audience_counts_of_such_a_client(audience: str) -> None:
    assert refusal(make(assertion_claims(aud=audience)), SWITCHED) is Refusal.AUDIENCE


@pytest.mark.parametrize("text", ["", "a.b.c", "é", make() + ".x", make(header={"kid": ...})])
def test_what_names_no_key_claims_none(text: str) -> None:
    assert VERIFIER.claimed_key(text) is None


def test_the_key_that_an_assertion_names_is_told_before_it_is_believed() -> None:
    assert VERIFIER.claimed_key(make(header={"kid": "somebody's"})) == "somebody's"


@pytest.mark.rule("CA-08")
@pytest.mark.parametrize(
    ("times", "accepted"),
    [
        ({"exp": 1}, True),
        ({"exp": 0.5}, True),
        ({"exp": 0}, False),
        ({"exp": -1}, False),
        ({"exp": 300}, True),
        ({"exp": 301}, False),
        ({"exp": 3600}, False),
        ({"exp": 300, "iat": ...}, True),
        ({"exp": 301, "iat": ...}, False),
        ({"exp": 360, "iat": 60}, True),
        ({"exp": 361, "iat": 60}, False),
        ({"exp": 60, "iat": 60}, True),
        ({"exp": 100, "iat": 61}, False),
        ({"exp": 60, "iat": -86_400}, True),
        ({"exp": 60, "nbf": 60}, True),
        ({"exp": 100, "nbf": 61}, False),
        ({"exp": 60, "nbf": -86_400}, True),
    ],
)
def test_assertions_are_young_and_short_lived(
    times: dict[str, Any],
    accepted: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    absolute = {name: at if at is ... else NOW + at for name, at in times.items()}
    value = make(assertion_claims(**absolute))
    if accepted:
        assert VERIFIER.verify(value, CLIENT, NOW) is not None
    else:
        assert refusal(value) is Refusal.TIME


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", [True, False, None, "1800000060", -1, 10**30, 9e99, [], {}])
def test_absurd_times_are_refused(name: str, value: object) -> None:
    assert refusal(make(assertion_claims(**{name: value}))) is Refusal.CLAIMS


@pytest.mark.rule("CA-08")
@pytest.mark.parametrize("value", [..., None, "", "x" * 256, 1, True, [], {}])
@pytest.mark.parametrize("name", ["jti", "iss", "sub"])
def test_names_are_texts_of_255_characters_at_most(name: str, value: object) -> None:
    assert refusal(make(assertion_claims(**{name: value}))) is Refusal.CLAIMS


def test_further_claims_are_ignored() -> None:
    assert VERIFIER.verify(make(assertion_claims(extra={"a": [1]})), CLIENT, NOW) is not None


def test_an_expiry_is_required() -> None:
    with pytest.raises(TokenRefused, match="exp"):
        VERIFIER.check(make(assertion_claims(exp=...)), CLIENT, NOW)


@pytest.mark.parametrize("payload", [b'{"jti":"a","jti":"b"}', b"[]", b"", b"\xff", b"{" * 3000])
def test_claims_that_are_no_strict_object_are_refused(payload: bytes) -> None:
    assert refusal(make(payload)) in {Refusal.JSON, Refusal.SEGMENTS}


def test_the_claimed_client_is_told_without_proof() -> None:
    assert VERIFIER.claimed_client(make()) == "ci-job"
    header, payload, _ = make().split(".")
    assert VERIFIER.claimed_client(f"{header}.{payload}.AAAA") == "ci-job"


@pytest.mark.parametrize(
    "assertion",
    [
        "",
        "a.b.c",
        "x" * 20_000,
        "ü.ü.ü",
        make(assertion_claims(iss="other")),
        make(assertion_claims(iss="x\ny", sub="x\ny")),
        make(assertion_claims(iss="x" * 101, sub="x" * 101)),
        make(assertion_claims(sub=...)),
        make(assertion_claims(jti=...)),
        make(b'{"sub":"ci-job","sub":"ci-job"}'),
    ],
    ids=range(10),
)
def test_a_malformed_assertion_claims_nobody(assertion: str) -> None:
    assert VERIFIER.claimed_client(assertion) is None
