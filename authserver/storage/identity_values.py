"""Identities as rows, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authserver.domain.identities import Identity, IdentityStatus
from authserver.storage.group_snapshots import snapshot_from, snapshot_text
from authserver.storage.json_texts import coded_set, texts_from
from authserver.storage.role_texts import roles_from

if TYPE_CHECKING:
    from sqlalchemy import Row


def own_values(identity: Identity) -> dict[str, Any]:
    """Every column that may change while it is linked."""
    return {
        "shown": identity.shown,
        "status": identity.status.value,
        "last_sign_in_at": identity.last_sign_in_at,
        "last_checked_at": identity.last_checked_at,
        "snapshot": snapshot_text(identity.snapshot),
        "is_administrator": identity.is_administrator,
        "roles": coded_set(identity.roles),
        "ceiling": None if identity.ceiling is None else coded_set(identity.ceiling),
        "asleep_since": identity.asleep_since,
        "warned_at": identity.warned_at,
    }


def ended_values(at: float) -> dict[str, Any]:
    """The columns that ending it changes."""
    return {
        "status": IdentityStatus.UNLINKED.value,
        "expires_at": at,
        "snapshot": "",
        "is_administrator": False,
        "roles": "[]",
        "ceiling": None,
    }


def identity_from(row: Row[Any]) -> Identity:
    """The identity in a row."""
    return Identity(
        provider=row.provider_name,
        subject_key=row.subject_key,
        subject=row.subject,
        shown=row.shown,
        status=IdentityStatus(row.status),
        created_at=row.created_at,
        last_sign_in_at=row.last_sign_in_at,
        last_checked_at=row.last_checked_at,
        snapshot=snapshot_from(row.snapshot),
        is_administrator=row.is_administrator,
        roles=roles_from(row.roles),
        ceiling=None if row.ceiling is None else frozenset(texts_from(row.ceiling, "ceiling")),
        asleep_since=row.asleep_since,
        warned_at=row.warned_at,
    )
