"""Clients as rows, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus
from authserver.storage.client_profiles import profile_from, profile_text
from authserver.storage.stored_secrets import secret_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

GRANT_TYPE: Final = "grant_type"
SCOPE: Final = "scope"
RESOURCE: Final = "resource"


def own_values(client: Client) -> dict[str, Any]:
    """Every column of a client's own row but its key."""
    return {
        "name": client.name,
        "auth_method": client.auth_method.value,
        "access_token_seconds": client.access_token_seconds,
        "status": client.status.value,
        "jwks": json.dumps([dict(key) for key in client.jwks]),
        "contact": client.contact,
        "created_at": client.created_at,
        "profile": profile_text(client.profile),
    }


def permissions_of(client: Client) -> Sequence[tuple[str, str]]:
    """What it may have, as pairs of kind and value."""
    return sorted(
        [(GRANT_TYPE, value) for value in client.grant_types]
        + [(SCOPE, value) for value in client.scopes]
        + [(RESOURCE, value) for value in client.resources]
    )


def client_from(
    row: Row[Any], permissions: Sequence[Row[Any]], secrets: Sequence[Row[Any]]
) -> Client:
    """The client in its row, with the rows that hang on it."""
    allowed: dict[str, set[str]] = {GRANT_TYPE: set(), SCOPE: set(), RESOURCE: set()}
    for permission in permissions:
        allowed[permission.kind].add(permission.value)
    return Client(
        client_id=row.client_id,
        name=row.name,
        auth_method=ClientAuthMethod(row.auth_method),
        grant_types=frozenset(allowed[GRANT_TYPE]),
        scopes=frozenset(allowed[SCOPE]),
        resources=frozenset(allowed[RESOURCE]),
        access_token_seconds=row.access_token_seconds,
        status=ClientStatus(row.status),
        secrets=tuple(secret_from(secret) for secret in secrets),
        jwks=tuple(json.loads(row.jwks)),
        contact=row.contact,
        created_at=row.created_at,
        profile=profile_from(row.profile, row.client_id),
    )
