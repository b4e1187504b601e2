"""Access tokens as their readers see them, with nothing of ours but the JWKS."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import jwt

if TYPE_CHECKING:
    from collections.abc import Mapping


def header_of(token: str) -> dict[str, Any]:
    """The header."""
    return _decoded(token.split(".", maxsplit=1)[0])


def claims_of(token: str) -> dict[str, Any]:
    """The claims, unverified."""
    return _decoded(token.split(".")[1])


def published(jwks: bytes) -> dict[str, jwt.PyJWK]:
    """The keys of a JWKS, by `kid`."""
    return {str(key.key_id): key for key in jwt.PyJWKSet.from_json(jwks.decode()).keys}


def verified(
    token: str, keys: Mapping[str, jwt.PyJWK], *, audience: str, issuer: str, now: float
) -> dict[str, Any]:
    """The claims, verified as a resource server would (RFC 9068 section 4), at `now`.

    Raises:
        jwt.PyJWTError, KeyError: the token or its key is not good.
    """
    header = header_of(token)
    assert header["typ"] == "at+jwt"
    key = keys[header["kid"]]
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[key.algorithm_name],
        audience=audience,
        issuer=issuer,
        # The clock of these tests is not the one PyJWT looks at.
        options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
    )
    assert claims["iat"] <= now < claims["exp"]
    return claims


def _decoded(segment: str) -> dict[str, Any]:
    value = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    assert isinstance(value, dict)
    return value
