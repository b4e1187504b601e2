"""ID tokens say who signed in, when and how, to exactly one client."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from authserver.domain.keys import SigningAlgorithm
from authserver.domain.requested_claims import RequestedClaims
from authserver.services import id_tokens
from authserver.services.claims import RESERVED
from tests.doubles import EPOCH
from tests.services.collaborators import read_statement
from tests.services.telling import Telling
from tests.services.world import ISSUER, World

ACCESS_TOKEN = "header.payload.signature"


@pytest.fixture
def telling(world: World) -> Telling:
    return Telling(world)


def issued(telling: Telling, nonce: str = "n-1") -> dict[str, Any]:
    value = telling.id_tokens.issue(
        grant=telling.grant,
        client=telling.app,
        access_token=ACCESS_TOKEN,
        nonce=nonce,
        now=EPOCH + 0.9,
    )
    return read_statement(value)


@pytest.mark.rule("OI-01")
def test_an_id_token_says_who_when_and_how(telling: Telling) -> None:
    said = issued(telling)
    half = hashlib.sha256(ACCESS_TOKEN.encode()).digest()[:16]
    assert said["typ"] == "JWT"
    assert said["claims"] == {
        "iss": ISSUER,
        "sub": "user:ada",
        "aud": "web-app",
        "azp": "web-app",
        "exp": int(EPOCH) + 600,
        "iat": int(EPOCH),
        "auth_time": int(EPOCH) - 21,
        "nonce": "n-1",
        "acr": "urn:authserver:acr:password",
        "amr": ["pwd"],
        "sid": "s-1",
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }


@pytest.mark.rule("OI-01")
def test_after_a_refresh_there_is_no_nonce_and_the_rest_stays(telling: Telling) -> None:
    first, later = issued(telling)["claims"], issued(telling, nonce="")["claims"]
    assert "nonce" not in later
    assert later == {name: value for name, value in first.items() if name != "nonce"}


def test_a_device_has_no_session_to_tell_of(telling: Telling) -> None:
    telling.add_grant(session_id="", acr="", amr=(), nonce="")
    claims = issued(telling, nonce="")["claims"]
    assert {"sid", "acr", "amr", "nonce"}.isdisjoint(claims)


@pytest.mark.rule("OI-02")
def test_the_algorithm_is_rs256_unless_the_client_has_another(telling: Telling) -> None:
    assert issued(telling)["alg"] == "RS256"
    telling.change_app_profile(id_token_algorithm=SigningAlgorithm.ES256)
    assert issued(telling)["alg"] == "ES256"


def test_claims_of_the_person_are_told_only_when_asked_for_in_the_id_token(
    telling: Telling,
) -> None:
    telling.add_grant(claims=RequestedClaims(userinfo=frozenset({"email"})))
    assert "email" not in issued(telling)["claims"]
    asked = RequestedClaims(id_token=frozenset({"email", "groups"}))
    telling.grant = replace(telling.grant, claims=asked)
    claims = issued(telling)["claims"]
    assert (claims["email"], claims["groups"]) == ("ada@example.com", ["admins", "staff"])
    assert "name" not in claims


def test_a_client_gets_no_claim_that_its_scopes_do_not_reach(telling: Telling) -> None:
    telling.add_grant(claims=RequestedClaims(id_token=frozenset({"email", "name"})))
    telling.change_app(scopes=frozenset({"openid", "profile"}))
    claims = issued(telling)["claims"]
    assert "email" not in claims
    assert claims["name"] == "Ada Lovelace"


@pytest.mark.rule("JW-10")
def test_no_request_moves_a_claim_of_the_token_itself(telling: Telling) -> None:
    plain = issued(telling)["claims"]
    telling.add_grant(claims=RequestedClaims(id_token=RESERVED | {"name"}))
    claims = issued(telling)["claims"]
    assert claims == {**plain, "name": "Ada Lovelace"}


@pytest.mark.rule("JW-10")
def test_whatever_is_known_of_a_user_the_tokens_own_claims_win(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = issued(telling)["claims"]
    sly = dict.fromkeys(RESERVED, "of a user")
    monkeypatch.setattr(id_tokens, "claims_for", lambda *_: {**sly, "name": "Ada"})
    telling.add_grant(claims=RequestedClaims(id_token=frozenset({"name"})))
    claims = issued(telling)["claims"]
    assert {name: claims[name] for name in plain} == plain


def test_a_user_who_is_gone_leaves_no_claims(telling: Telling) -> None:
    telling.add_grant(subject="user:gone", claims=RequestedClaims(id_token=frozenset({"name"})))
    assert "name" not in issued(telling)["claims"]
