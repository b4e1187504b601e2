"""A client as records and listings show it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.stored_secrets import DigestKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.authorization_profiles import AuthorizationProfile
    from authserver.domain.clients import Client

_NOT_THE_KEY: Final = frozenset({"kid", "use", "alg"})
"""Members of a stored JWK that its thumbprint leaves out (RFC 7638 section 3.2)."""


def described(client: Client) -> dict[str, object]:
    """Every field by its name: no secret, no key material, but whatever tells two keys apart."""
    return {
        "client_id": client.client_id,
        "name": client.name,
        "status": str(client.status),
        "auth_method": str(client.auth_method),
        "grant_types": sorted(client.grant_types),
        "scopes": sorted(client.scopes),
        "resources": sorted(client.resources),
        "access_token_seconds": client.access_token_seconds,
        "contact": client.contact,
        "created_at": client.created_at,
        **_profile(client.profile),
        "keys": [
            {"kid": jwk.get("kid"), "alg": jwk.get("alg"), "thumbprint": _thumbprint(jwk)}
            for jwk in client.jwks
        ],
        "secrets": [
            {
                "secret_id": secret.secret_id,
                "ends_with": secret.hint,
                "imported": secret.kind is DigestKind.BCRYPT,
                "created_at": secret.created_at,
                "expires_at": secret.expires_at,
                "last_used_at": secret.last_used_at,
            }
            for secret in client.secrets
        ],
    }


def _profile(profile: AuthorizationProfile) -> dict[str, object]:
    """Every field of the profile by its name, sets sorted."""
    shown: dict[str, object] = {}
    for each in fields(profile):
        value = getattr(profile, each.name)
        if isinstance(value, frozenset):
            value = sorted(map(str, value))
        elif isinstance(value, tuple):
            value = list(value)
        shown[each.name] = str(value) if isinstance(value, StrEnum) else value
    return shown


def _thumbprint(jwk: Mapping[str, object]) -> str:
    """RFC 7638 thumbprint (SHA-256) of a normalised key: a new one under an old `kid` shows."""
    members = {name: jwk[name] for name in sorted(jwk) if name not in _NOT_THE_KEY}
    canonical = json.dumps(members, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()
