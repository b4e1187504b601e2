"""What is kept of a secret, whoever owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, LargeBinary, Text

from authserver.storage.rows.metadata import issuer_column, time_column

if TYPE_CHECKING:
    from collections.abc import Sequence


def secret_columns(*owner: Column[Any]) -> Sequence[Column[Any]]:
    """The columns of a table of secrets; `owner` are those that say whose and what for."""
    return (
        issuer_column(),
        Column("secret_id", Text, primary_key=True),
        *owner,
        Column("kind", Text, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("pepper_id", Text, nullable=False),
        Column("hint", Text, nullable=False),
        time_column("created_at"),
        time_column("expires_at", nullable=True, index=True),
        time_column("last_used_at", nullable=True),
    )
