"""Stored secrets as rows: clients and protected resources keep theirs the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, update

from authserver.domain.stored_secrets import DigestKind, StoredSecret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Row, Table

    from authserver.storage.transactions import Transaction


def secret_values(secret: StoredSecret) -> dict[str, Any]:
    """The columns of a secret."""
    return {
        "secret_id": secret.secret_id,
        "kind": secret.kind.value,
        "digest": secret.digest,
        "pepper_id": secret.pepper_id,
        "hint": secret.hint,
        "created_at": secret.created_at,
        "expires_at": secret.expires_at,
        "last_used_at": secret.last_used_at,
    }


def secret_from(row: Row[Any]) -> StoredSecret:
    """The secret in a row."""
    return StoredSecret(
        secret_id=row.secret_id,
        kind=DigestKind(row.kind),
        digest=bytes(row.digest),
        pepper_id=row.pepper_id,
        hint=row.hint,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )


def expire_others(
    transaction: Transaction,
    table: Table,
    owned: ColumnElement[bool],
    *,
    keep: str,
    at: float,
) -> int:
    """Let the owned secrets but `keep` end at `at` (seconds since the epoch) at the latest."""
    columns = table.c
    result = transaction.connection.execute(
        update(table)
        .where(
            columns.issuer_id == transaction.issuer_id,
            owned,
            columns.secret_id != keep,
            or_(columns.expires_at.is_(None), columns.expires_at > at),
        )
        .values(expires_at=at)
    )
    return result.rowcount


def note_uses(transaction: Transaction, table: Table, uses: Mapping[str, float]) -> None:
    """Record the last use by secret id; never moves back."""
    if not uses:
        return
    columns = table.c
    transaction.connection.execute(
        update(table)
        .where(
            columns.issuer_id == transaction.issuer_id,
            columns.secret_id == bindparam("used_id"),
            or_(columns.last_used_at.is_(None), columns.last_used_at < bindparam("used_at")),
        )
        .values(last_used_at=bindparam("used_at")),
        # In one order for everybody: two workers that flush the same secrets must not cross.
        [{"used_id": secret_id, "used_at": uses[secret_id]} for secret_id in sorted(uses)],
    )
