"""Grants, their codes and their refresh tokens. None refers to another by a foreign key."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table, Text, text

from authserver.storage.rows.metadata import NOT_ENDED, issuer_column, metadata, time_column

UNCLEARED: Final = text("ended_at IS NOT NULL AND NOT is_cleared")
"""Ended grants that may still have codes and refresh tokens, in the words of their index."""

grants: Final = Table(
    "grants",
    metadata,
    issuer_column(),
    Column("grant_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("resource_name", Text, nullable=False),  # empty for sign-in only
    Column("scopes", Text, nullable=False),  # a JSON array
    Column("origin", Text, nullable=False),
    Column("session_id", Text, nullable=False),  # empty where there is none
    Column("session_bound", Boolean, nullable=False),
    Column("nonce", Text, nullable=False),
    time_column("auth_time"),
    Column("acr", Text, nullable=False),
    Column("amr", Text, nullable=False),  # a JSON array
    Column("claims", Text, nullable=False),  # a JSON object
    Column("details", Text, nullable=True),  # a JSON array; NULL where nothing limits
    time_column("created_at"),
    # The absolute end; `expires_at` moves forward when the grant ends before it.
    time_column("valid_until"),
    time_column("expires_at", index=True),
    time_column("last_used_at", nullable=True),
    time_column("ended_at", nullable=True),
    Column("end_reason", Text, nullable=False),  # empty until it has ended
    # Whether its codes and refresh tokens were removed after it had ended.
    Column("is_cleared", Boolean, nullable=False, server_default=text("false")),
    Index(None, "issuer_id", "client_id", "created_at", "grant_id"),
    Index(None, "issuer_id", "subject"),
    Index(None, "issuer_id", "created_at", "grant_id"),
    Index(None, "issuer_id", "valid_until", "grant_id"),
    Index(None, "issuer_id", "resource_name", "created_at", "grant_id"),
    Index(None, "issuer_id", "origin", "created_at", "grant_id"),
    Index(None, "issuer_id", "session_id"),
    Index("ix_grants_uncleared", "ended_at", sqlite_where=UNCLEARED, postgresql_where=UNCLEARED),
    Index(None, "origin", "expires_at"),
    # Numbers of those that live, expire, or are not used come out of the index alone.
    Index(
        "ix_grants_standing",
        *("issuer_id", "valid_until", "created_at", "last_used_at"),
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    ),
)

authorization_codes: Final = Table(
    "authorization_codes",
    metadata,
    issuer_column(),
    Column("digest", LargeBinary, primary_key=True),
    Column("pepper_id", Text, nullable=False),
    Column("grant_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", Text, nullable=False),
    time_column("issued_at"),
    # The code's minute; a spent one stays until its grant is over.
    time_column("valid_until"),
    time_column("expires_at", index=True),
    time_column("spent_at", nullable=True),
    Index(None, "issuer_id", "grant_id"),
)

refresh_tokens: Final = Table(
    "refresh_tokens",
    metadata,
    issuer_column(),
    # A family has one member of each generation: two successors of one token cannot be.
    Column("grant_id", Text, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False),
    Column("pepper_id", Text, nullable=False),
    time_column("issued_at"),
    # The idle end; a superseded token stays until its grant is over.
    time_column("valid_until"),
    time_column("expires_at", index=True),
    time_column("superseded_at", nullable=True),
    Column("sealed_successor", LargeBinary, nullable=False),  # empty while it is the leaf
    Column("grace_uses", Integer, nullable=False),
    Index(None, "issuer_id", "digest", unique=True),
)
