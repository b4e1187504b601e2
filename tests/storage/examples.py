"""Example values that the stores keep."""

from __future__ import annotations

from typing import Any, Final

from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus
from authserver.domain.keys import KeyState, SigningAlgorithm, SigningKey
from authserver.domain.resources import ProtectedResource, ResourceKind, ResourceStatus
from authserver.domain.stored_secrets import DigestKind, StoredSecret
from authserver.domain.users import User, UserStatus

NOW: Final = 1_800_000_000.125


def secret(secret_id: str, **changes: Any) -> StoredSecret:
    values: dict[str, Any] = {
        "secret_id": secret_id,
        "kind": DigestKind.KEYED,
        "digest": bytes(range(32)),
        "pepper_id": "p1",
        "hint": "c0de",
        "created_at": NOW - 1000.000_001,
        "expires_at": None,
        "last_used_at": None,
    }
    return StoredSecret(**(values | changes))


def client(client_id: str = "ci-reader", **changes: Any) -> Client:
    values: dict[str, Any] = {
        "client_id": client_id,
        "name": 'Nightly "reader" Ünïcode ☃',
        "auth_method": ClientAuthMethod.SECRET_BASIC,
        "grant_types": frozenset({"client_credentials"}),
        "scopes": frozenset({"read:jira-work", "write:jira-work"}),
        "resources": frozenset({"jira-main"}),
        "access_token_seconds": 600,
        "status": ClientStatus.ENABLED,
        "secrets": (),
        "jwks": ({"kty": "EC", "crv": "P-256", "x": "AA", "y": "BB", "kid": "k1"},),
        "contact": "ci@example.org",
        "created_at": NOW,
    }
    return Client(**(values | changes))


def resource(name: str = "jira-main", **changes: Any) -> ProtectedResource:
    values: dict[str, Any] = {
        "name": name,
        "kind": ResourceKind.JIRA_DC,
        "identifier": f"https://{name}.example.org",
        "url": f"https://{name}.example.org",
        "context_path": "/jira",
        "signing_algorithm": "ES256",
        "status": ResourceStatus.ENABLED,
        "credentials": (),
        "created_at": NOW,
    }
    return ProtectedResource(**(values | changes))


def user(username: str = "ada", **changes: Any) -> User:
    values: dict[str, Any] = {
        "subject": f"user:{username}",
        "username": username,
        "is_administrator": False,
        "status": UserStatus.ENABLED,
        "password_hash": b"$2b$12$hash",
        "must_change_password": True,
        "created_at": NOW,
    }
    return User(**(values | changes))


def key(kid: str = "key-1", **changes: Any) -> SigningKey:
    values: dict[str, Any] = {
        "kid": kid,
        "algorithm": SigningAlgorithm.ES256,
        "state": KeyState.NEXT,
        "public_jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "BB"},
        "sealed_private": b"\x00sealed\xff",
        "created_at": NOW,
        "activated_at": None,
        "retired_at": None,
        "ended_at": None,
    }
    return SigningKey(**(values | changes))
