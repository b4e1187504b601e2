"""Local users."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from authserver.storage.rows.metadata import ADMINISTERS, issuer_column, metadata, time_column


def _word(name: str) -> Column[str]:
    # With a default: rows that are older than the column have none of it.
    return Column(name, Text, nullable=False, server_default=text("''"))


users: Final = Table(
    "users",
    metadata,
    issuer_column(),
    Column("subject", Text, primary_key=True),
    # Of a deleted user something that is nobody's name: names are free again, subjects never.
    Column("username", Text, nullable=False),
    Column("is_administrator", Boolean, nullable=False),
    # A JSON array: what the user administers beside an owner's all.
    Column("roles", Text, nullable=False, server_default=text("'[]'")),
    Column("status", Text, nullable=False),
    Column("password_hash", LargeBinary, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    time_column("created_at"),
    _word("former_username"),  # empty but for a deleted user
    _word("name"),
    _word("given_name"),
    _word("family_name"),
    _word("email"),
    _word("canonical_email"),
    Column("email_verified", Boolean, nullable=False, server_default=text("false")),
    _word("locale"),
    _word("zoneinfo"),
    Column("updated_at", Double, nullable=False, server_default=text("0")),
    time_column("credentials_disabled_at", nullable=True),
    # A JSON array: kinds of mail that the user does without.
    Column("muted_notices", Text, nullable=False, server_default=text("'[]'")),
    UniqueConstraint("issuer_id", "username"),
    Index(None, "issuer_id", "canonical_email"),
    Index(None, "issuer_id", "created_at", "subject"),
    Index(None, "issuer_id", "status", "username"),
    Index(
        "ix_users_administering",
        "issuer_id",
        "subject",
        sqlite_where=ADMINISTERS,
        postgresql_where=ADMINISTERS,
    ),
)
