"""API tokens as rows, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authserver.domain.api_tokens import (
    ApiToken,
    ApiTokenStatus,
    LastUse,
    Presentation,
    SubjectType,
)
from authserver.domain.stored_secrets import DigestKind, StoredSecret
from authserver.domain.users import canonical
from authserver.storage.access_details import coded_details, details_from
from authserver.storage.json_texts import coded, texts_from, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum
    from typing import TypeVar

    from sqlalchemy import Row

    Choice = TypeVar("Choice", bound=StrEnum)


def padded(words: Iterable[str]) -> str:
    """Words, each with a blank before and behind it: so that one is found whole."""
    return f" {' '.join(sorted(words))} "


def own_values(token: ApiToken) -> dict[str, Any]:
    """Every column but the key and the last use."""
    return {
        "lineage_id": token.lineage_id,
        "subject_type": token.subject_type.value,
        "subject": token.subject,
        "owner": token.owner,
        "client_id": token.client_id,
        "name": token.name,
        "purpose": token.purpose,
        "folded_purpose": canonical(token.purpose),
        "team": token.team,
        "ticket": token.ticket,
        "scopes": padded(token.scopes),
        "resources": padded(token.resources),
        "presentations": padded(token.presentations),
        "details": coded_details(token.details),
        "networks": None if token.networks is None else coded(token.networks),
        "status": token.status.value,
        **_secret_values(token.secret),
        "created_at": token.created_at,
        "created_by": token.created_by,
        "created_from": token.created_from,
        "expires_at": token.expires_at,
        "successor_id": token.successor_id,
        "status_changed_at": token.status_changed_at,
        "reason": token.reason,
        "exposed_at": token.exposed_at,
    }


def token_from(row: Row[Any]) -> ApiToken:
    """The token in a row. Raises StorageUnavailable when it cannot be understood here."""
    what = f"API token {row.token_id}"
    networks = row.networks
    return ApiToken(
        token_id=row.token_id,
        lineage_id=row.lineage_id,
        subject_type=_known(SubjectType, row.subject_type, what),
        subject=row.subject,
        owner=row.owner,
        client_id=row.client_id,
        name=row.name,
        purpose=row.purpose,
        team=row.team,
        ticket=row.ticket,
        scopes=frozenset(row.scopes.split()),
        resources=frozenset(row.resources.split()),
        presentations=frozenset(
            _known(Presentation, each, what) for each in row.presentations.split()
        ),
        details=details_from(row.details, what),
        networks=None if networks is None else texts_from(networks, what),
        status=_known(ApiTokenStatus, row.status, what),
        secret=_secret(row, what),
        created_at=row.created_at,
        created_by=row.created_by,
        created_from=row.created_from,
        expires_at=row.expires_at,
        successor_id=row.successor_id,
        status_changed_at=row.status_changed_at,
        reason=row.reason,
        exposed_at=row.exposed_at,
        last_use=_last_use(row),
    )


def _secret_values(secret: StoredSecret | None) -> dict[str, Any]:
    return {
        "secret_id": None if secret is None else secret.secret_id,
        "secret_kind": None if secret is None else secret.kind.value,
        "digest": None if secret is None else secret.digest,
        "pepper_id": None if secret is None else secret.pepper_id,
        "hint": None if secret is None else secret.hint,
        "secret_created_at": None if secret is None else secret.created_at,
        "secret_expires_at": None if secret is None else secret.expires_at,
    }


def _secret(row: Row[Any], what: str) -> StoredSecret | None:
    if row.secret_id is None:
        return None
    return StoredSecret(
        secret_id=row.secret_id,
        kind=_known(DigestKind, row.secret_kind, what),
        digest=bytes(row.digest),
        pepper_id=row.pepper_id,
        hint=row.hint,
        created_at=row.secret_created_at,
        expires_at=row.secret_expires_at,
        last_used_at=None,
    )


def _last_use(row: Row[Any]) -> LastUse | None:
    if row.last_used_at is None:
        return None
    return LastUse(row.last_used_at, row.last_network, row.last_agent)


def _known(kind: type[Choice], value: str, what: str) -> Choice:
    try:
        return kind(value)
    except ValueError:
        raise unreadable(what, f"an unknown {kind.__name__}") from None
