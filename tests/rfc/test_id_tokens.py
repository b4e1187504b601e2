"""ID tokens as clients get and verify them (OI-01, OI-02)."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest

from authserver.domain.errors import InvalidField
from authserver.services.client_profiles import ProfileChanges
from tests.people.world import ISSUER
from tests.rfc.registries import SIGNING_ALGORITHMS
from tests.rfc.tokens import claims_of, header_of, published

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.cast import App
    from tests.people.world import PeopleWorld

HALF_AN_HOUR: Final = 1800


def verified(world: PeopleWorld, id_token: str, app: App) -> dict[str, Any]:
    """The claims, verified as a client would (OpenID Connect Core section 3.1.3.7)."""
    header = header_of(id_token)
    assert header.keys() == {"alg", "kid", "typ"}
    assert header["typ"] == "JWT"
    key = published(world.lane.get("/oauth2/jwks").body)[header["kid"]]
    claims: dict[str, Any] = jwt.decode(
        id_token,
        key,
        algorithms=[header["alg"]],
        audience=app.client_id,
        issuer=ISSUER,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["aud"] == claims["azp"] == app.client_id
    assert claims["iat"] <= world.clock.now() < claims["exp"]
    return claims


@pytest.mark.rule("OI-01")
def test_after_signing_in_the_token_says_who_when_and_how(world: PeopleWorld) -> None:
    tokens = world.tokens(world.web_app, nonce="what the app sent: é & \U0001f600")
    claims = verified(world, tokens["id_token"], world.web_app)
    now = int(world.clock.now())
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()
    sid = claims.pop("sid")
    assert claims == {
        "iss": ISSUER,
        "sub": world.ada.subject,
        "aud": "web-app",
        "azp": "web-app",
        "iat": now,
        "exp": now + 600,
        "auth_time": now,
        "nonce": "what the app sent: é & \U0001f600",
        "acr": "urn:authserver:acr:password",
        "amr": ["pwd"],
        "at_hash": base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode(),
    }
    (session,) = world.container.sessions.list(world.ada.subject)
    assert session.session_id == sid
    assert claims_of(tokens["access_token"])["sub"] == claims["sub"]


@pytest.mark.rule("OI-01")
def test_without_a_nonce_there_is_none(world: PeopleWorld) -> None:
    claims = verified(world, world.tokens(world.web_app)["id_token"], world.web_app)
    assert "nonce" not in claims


def signed_in_again(world: PeopleWorld, browser: Browser, **parameters: str) -> dict[str, Any]:
    """What the ID token of a later request of the same browser says."""
    tokens = world.tokens(world.web_app, browser, **parameters)
    return verified(world, tokens["id_token"], world.web_app)


@pytest.mark.rule("OI-01")
def test_the_time_of_signing_in_stays_true_while_nobody_signs_in(world: PeopleWorld) -> None:
    browser = world.browser()
    began = int(world.clock.now())
    first = signed_in_again(world, browser, nonce="n-1")
    for number in range(2, 5):
        world.clock.advance(HALF_AN_HOUR)
        world.installation.poll()
        again = signed_in_again(world, browser, nonce=f"n-{number}")
        assert (again["auth_time"], again["nonce"]) == (began, f"n-{number}")
        assert (again["sid"], again["sub"]) == (first["sid"], first["sub"])
        assert again["iat"] == int(world.clock.now())
    world.clock.advance(60)
    anew = signed_in_again(world, browser, prompt="login")
    assert anew["auth_time"] == int(world.clock.now())
    world.clock.advance(60)
    aged = signed_in_again(world, browser, max_age="30")
    assert aged["auth_time"] == int(world.clock.now())


@pytest.mark.rule("OI-01")
def test_a_refresh_repeats_who_and_when_and_leaves_the_nonce_out(world: PeopleWorld) -> None:
    tokens = world.tokens(world.web_app, scope="openid offline_access READ", nonce="n-1")
    first = verified(world, tokens["id_token"], world.web_app)
    world.clock.advance(HALF_AN_HOUR)
    world.installation.poll()
    answer = world.refresh(world.web_app, tokens["refresh_token"])
    later = verified(world, answer.json["id_token"], world.web_app)
    for name in ("iss", "sub", "aud", "azp", "auth_time", "acr", "amr", "sid"):
        assert later[name] == first[name]
    assert "nonce" not in later
    assert later["iat"] == first["iat"] + HALF_AN_HOUR
    digest = hashlib.sha256(answer.json["access_token"].encode()).digest()[:16]
    assert later["at_hash"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@pytest.mark.rule("OI-01")
def test_without_openid_there_is_no_id_token(world: PeopleWorld) -> None:
    tokens = world.tokens(world.web_app, scope="READ offline_access", nonce="n-1")
    assert "id_token" not in tokens
    assert "id_token" not in world.refresh(world.web_app, tokens["refresh_token"]).json


@pytest.mark.rule("OI-01")
def test_claims_come_in_the_id_token_only_when_asked_for_there(world: PeopleWorld) -> None:
    scope = "openid profile email groups"
    plain = claims_of(world.tokens(world.web_app, scope=scope)["id_token"])
    assert {"name", "email", "groups", "preferred_username"}.isdisjoint(plain)
    asked = '{"id_token": {"email": null, "name": {"essential": true}}, "userinfo": {}}'
    tokens = world.tokens(world.web_app, scope=scope, claims=asked)
    claims = verified(world, tokens["id_token"], world.web_app)
    assert (claims["email"], claims["name"]) == ("ada@example.test", "Ada Lovelace")
    assert "groups" not in claims


@pytest.mark.rule("OI-02")
def test_the_algorithm_is_one_of_ours_whatever_is_asked_for(world: PeopleWorld) -> None:
    document = world.lane.get("/.well-known/openid-configuration").json
    for algorithm in SIGNING_ALGORITHMS:
        client_id = f"app-{algorithm}"
        wanted = ProfileChanges(id_token_algorithm=algorithm)
        if algorithm not in document["id_token_signing_alg_values_supported"]:
            with pytest.raises(InvalidField, match="id_token_algorithm"):
                world.app(client_id, "https://other.example.test/cb", profile=wanted)
            continue
        app = world.app(client_id, "https://other.example.test/cb", profile=wanted)
        id_token = world.tokens(app)["id_token"]
        assert header_of(id_token)["alg"] == algorithm
        verified(world, id_token, app)
    assert document["id_token_signing_alg_values_supported"] == ["RS256", "ES256"]


@pytest.mark.rule("OI-04")
def test_a_subject_is_short_ascii_and_the_same_for_every_client(world: PeopleWorld) -> None:
    subjects = {
        claims_of(world.tokens(app)["id_token"])["sub"] for app in (world.web_app, world.spa)
    }
    (subject,) = subjects
    assert subject.isascii()
    assert 0 < len(subject) <= 255
