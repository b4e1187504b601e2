"""Example API tokens. Every field has a value of its own."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from authserver.domain.access_details import AccessDetail
from authserver.domain.api_tokens import (
    ApiToken,
    ApiTokenStatus,
    LastUse,
    Presentation,
    SubjectType,
)
from tests.storage.examples import NOW, secret

if TYPE_CHECKING:
    from authserver.domain.gateways import KeyDigests


def api_token(token_id: str = "t1", **changes: Any) -> ApiToken:
    values: dict[str, Any] = {
        "token_id": token_id,
        "lineage_id": "lineage-1",
        "subject_type": SubjectType.USER,
        "subject": "user:ada",
        "owner": "user:ada",
        "client_id": "zapier",
        "name": "export ☃",
        "purpose": "nightly run",
        "team": "data",
        "ticket": "OPS-1",
        "scopes": frozenset({"read:jira-work", "write:jira-work"}),
        "resources": frozenset({"jira-main"}),
        "presentations": frozenset(Presentation),
        "details": (AccessDetail("https://jira-main.example.org", ("read",), ("AB", "10001")),),
        "networks": ("192.0.2.0/24", "2001:db8::/32"),
        "status": ApiTokenStatus.ENABLED,
        "secret": secret(f"secret-{token_id}", digest=_digest(token_id), hint="last"),
        "created_at": NOW - 0.000_001,
        "created_by": "cli:root",
        "created_from": "192.0.2.7",
        "expires_at": NOW + 90 * 86_400.0,
        "successor_id": "t0",
        "status_changed_at": NOW - 5,
        "reason": "because",
        "exposed_at": NOW - 6,
        "last_use": LastUse(NOW - 1, "192.0.2.8", "curl/8.5"),
    }
    return ApiToken(**(values | changes))


def digests_of(token: ApiToken) -> KeyDigests:
    """Of its secret, as somebody looks it up who knows two peppers."""
    return (("p0", _digest(f"{token.token_id} otherwise")), ("p1", _digest(token.token_id)))


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
