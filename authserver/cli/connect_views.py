"""How `authserver connect` shows keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.cli.administration import json_value, time_or
from authserver.domain.connect_keys import ConnectKey, ConnectKeyKind
from authserver.services.connect_key_rules import described

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS: Final = ("resource", "issuer", "client", "kind", "state", "scopes")


def connect_row(key: ConnectKey) -> Sequence[str]:
    """One key in a table."""
    state = "enabled" if key.is_enabled else "disabled"
    scopes = " ".join(sorted(key.scopes))
    return (key.resource, key.issuer, key.client_id, str(key.kind), state, scopes)


def connect_fields(key: ConnectKey, now: float) -> Mapping[str, str]:
    """One key, field by field."""
    fields = {
        "resource": key.resource,
        "issuer": key.issuer,
        "client": key.client_id,
        "state": "enabled" if key.is_enabled else "disabled",
        "scopes": " ".join(sorted(key.scopes)),
        "audience": key.audience or "the site or this server",
        "signed with": "a shared secret (HS256)"
        if key.kind is ConnectKeyKind.SHARED_SECRET
        else "a key of its set (RS256)",
        "registered": time_or(key.created_at, "-"),
        "changed": time_or(key.changed_at, "-"),
    }
    if key.sealed_before and now < key.before_until:
        fields["secret before ends"] = time_or(key.before_until, "-")
    return fields


def connect_value(key: ConnectKey, now: float) -> dict[str, Any]:
    """One key for JSON."""
    overlaps = key.sealed_before and now < key.before_until
    told = described(key) | {
        "before_until_at": key.before_until if overlaps else None,
        "created_at": key.created_at,
        "changed_at": key.changed_at,
    }
    value: dict[str, Any] = json_value(told)
    return value
