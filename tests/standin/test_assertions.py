"""Assertions are verified as a plugin of the site would."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from tests.standin.calls import get, last, standing_in
from tests.standin.handed_over import Assertion

TARGET = "/rest/api/2/issue/DEMO-1"
ISSUER = "https://auth.example"
SITE = "https://jira.example"
KEY = ec.generate_private_key(ec.SECP256R1())
FAR_AWAY = 4_102_444_800
"""Seconds since the epoch: the clock of the machine need not be asked."""


def _rule() -> Assertion:
    key = json.loads(ECAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k1", "alg": "ES256"}
    return Assertion(lambda: {"keys": [key]}, ISSUER, SITE)


def _assertion(
    key: ec.EllipticCurvePrivateKey = KEY,
    *,
    typ: str = "site-assertion+jwt",
    kid: str = "k1",
    **changes: Any,
) -> str:
    claims = {
        "iss": ISSUER,
        "aud": SITE,
        "sub": "mlindqvist",
        "iat": 1_700_000_000,
        "exp": FAR_AWAY,
        "jti": "1",
    }
    claims |= changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, "ES256", {"typ": typ, "kid": kid})


def _told(assertion: str, *, longest: int = FAR_AWAY) -> str:
    rule = _rule()
    rule.longest_seconds = longest
    with standing_in(rule) as server:
        get(server, TARGET, credential=f"Bearer {assertion}")
        return last(server).account or last(server).refused


def test_the_subject_of_an_assertion_is_the_account() -> None:
    assert _told(_assertion()) == "mlindqvist"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"aud": "https://other.example"}, "Audience"),
        ({"aud": [SITE, "https://other.example"]}, "for others too"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"sub": None}, '"sub"'),
        ({"jti": None}, '"jti"'),
        ({"exp": None}, '"exp"'),
        ({"exp": 1_700_000_060}, "expired"),
        ({"typ": "at+jwt"}, "typ is at+jwt"),
        ({"typ": "JWT"}, "typ is JWT"),
        ({"kid": "k2"}, "key that the authorization server does not have"),
    ],
)
def test_an_assertion_that_is_not_for_this_call_is_refused(
    changes: dict[str, Any], told: str
) -> None:
    assert told in _told(_assertion(**changes))


def test_an_assertion_of_somebody_else_is_refused() -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    assert "Signature" in _told(_assertion(stranger))


def test_an_assertion_that_lives_longer_than_a_minute_is_refused() -> None:
    assert "longer than 60 s" in _told(_assertion(), longest=60)


@pytest.mark.parametrize("credential", ["", "Basic eDp5", "Bearer rubbish"])
def test_what_is_no_assertion_is_refused(credential: str) -> None:
    with standing_in(_rule()) as server:
        get(server, TARGET, credential=credential)
        assert last(server).status == 401
