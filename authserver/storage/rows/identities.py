"""Who users are at identity providers, and the local groups that gives them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Table, Text, text

from authserver.storage.rows.metadata import ADMINISTERS, issuer_column, metadata, time_column

identities: Final = Table(
    "identities",
    metadata,
    issuer_column(),
    Column("provider_name", Text, primary_key=True),
    Column("subject_key", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("shown", Text, nullable=False),
    # A row that is not linked is taken over when the same person comes again.
    Column("status", Text, nullable=False),
    time_column("created_at"),
    time_column("last_sign_in_at", nullable=True),
    time_column("last_checked_at"),
    Column("snapshot", Text, nullable=False),  # a JSON object; empty where there is none
    Column("is_administrator", Boolean, nullable=False),
    Column("roles", Text, nullable=False, server_default=text("'[]'")),  # a JSON array
    Column("ceiling", Text, nullable=True),  # a JSON array; null: no limit
    time_column("asleep_since", nullable=True),
    time_column("warned_at", nullable=True),
    # When it was unlinked.
    time_column("expires_at", nullable=True, index=True),
    ForeignKeyConstraint(["issuer_id", "provider_name"], ["providers.issuer_id", "providers.name"]),
    Index(None, "issuer_id", "subject"),
    Index(None, "issuer_id", "provider_name", "last_checked_at"),
    Index(None, "issuer_id", "created_at", "subject", "provider_name"),
    Index(None, "issuer_id", "last_checked_at", "subject", "provider_name"),
    Index(
        "ix_identities_administering",
        "issuer_id",
        "subject",
        sqlite_where=ADMINISTERS,
        postgresql_where=ADMINISTERS,
    ),
)

provider_group_members: Final = Table(
    "provider_group_members",
    metadata,
    issuer_column(),
    Column("group_name", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("provider_name", Text, primary_key=True),
    ForeignKeyConstraint(
        ["issuer_id", "group_name"], ["user_groups.issuer_id", "user_groups.name"]
    ),
    Index(None, "issuer_id", "subject", "group_name"),
)
