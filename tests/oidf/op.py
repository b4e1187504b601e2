"""What the suite sees of the server: its metadata, its keys, its tokens."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any, Final

import jwt

from tests.people.world import ISSUER

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

DISCOVERY: Final = "/.well-known/openid-configuration"
DESCRIPTION: Final = frozenset(map(chr, range(0x20, 0x7F))) - {'"', "\\"}
"""Characters of an `error_description` (RFC 6749 appendix A.8)."""
INTERACTIVE: Final = frozenset(
    {
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
    }
)
"""Errors that say that a user has to see a page (OpenID Connect Core section 3.1.2.6)."""


def metadata(world: PeopleWorld) -> dict[str, Any]:
    """The discovery document."""
    answer = world.lane.get(DISCOVERY)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    return dict(answer.json)


def keys(world: PeopleWorld) -> list[dict[str, Any]]:
    """The published keys: each by a name of its own, and nothing but public ones."""
    answer = world.lane.get("/oauth2/jwks")
    found: list[dict[str, Any]] = answer.json["keys"]
    assert len({key["kid"] for key in found}) == len(found) > 0
    for key in found:
        assert key["kty"] in {"RSA", "EC"}
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
    return found


def signed_claims(
    world: PeopleWorld, token: str, audience: str, *, algorithm: str = "RS256"
) -> dict[str, Any]:
    """The claims of what the server signed for a client, by the key that its header names."""
    header = jwt.get_unverified_header(token)
    assert header["alg"] == algorithm
    (jwk,) = [key for key in keys(world) if key["kid"] == header["kid"]]
    return dict(
        jwt.decode(
            token,
            jwt.PyJWK(jwk, algorithm),
            algorithms=[algorithm],
            audience=audience,
            issuer=ISSUER,
            # Time is the tests' own here.
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    )


def id_token_claims(
    world: PeopleWorld, told: dict[str, Any], client_id: str, nonce: str | None
) -> dict[str, Any]:
    """The claims of an ID token beside its access token, after the checks of every module."""
    claims = signed_claims(world, told["id_token"], client_id)
    now = world.clock.now()
    assert claims["exp"] > now
    assert abs(claims["iat"] - now) <= 5
    assert 0 < len(claims["sub"]) <= 255
    assert claims.get("nonce") == nonce
    assert claims.get("azp", client_id) == client_id
    half = hashlib.sha256(told["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == urlsafe_b64encode(half).rstrip(b"=").decode()
    assert isinstance(claims["auth_time"], int)
    for text in ("acr", "sid"):
        assert claims[text]
    assert all(isinstance(each, str) for each in claims["amr"])
    return claims


def check_error(told: dict[str, str], state: str | None) -> str:
    """The code of a well-formed error answer of the authorization endpoint."""
    assert told.get("state") == state
    assert told["iss"] == ISSUER
    assert set(told) <= {"error", "error_description", "error_uri", "state", "iss"}
    assert set(told.get("error_description", "")) <= DESCRIPTION
    return told["error"]


def check_invalid_grant(answer: Answer) -> None:
    """400 `invalid_grant` as JSON, well-formed."""
    assert answer.error == (400, "invalid_grant"), answer.body
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json.get("error_description", "")) <= DESCRIPTION


def check_shows_error(page: Page) -> None:
    """A page for a screenshot: an error, and no way to any client."""
    assert page.status == 400
    assert page.headers["content-type"].startswith("text/html")
    assert not page.location
    assert "answer" not in page.forms
