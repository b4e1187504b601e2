"""Sessions, and the clients to be told of their end."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from authserver.storage.rows.metadata import NOT_ENDED, issuer_column, metadata, time_column

sessions: Final = Table(
    "sessions",
    metadata,
    issuer_column(),
    Column("session_id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("pepper_id", Text, nullable=False),
    time_column("auth_time"),
    Column("acr", Text, nullable=False),
    Column("amr", Text, nullable=False),  # a JSON array
    time_column("created_at"),
    time_column("last_seen_at"),
    Column("idle_seconds", Integer, nullable=False),
    # The absolute end; `expires_at` moves forward when the session ends before it.
    time_column("valid_until"),
    time_column("expires_at", index=True),
    Column("peer", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    time_column("ended_at", nullable=True),
    Index(None, "issuer_id", "digest", unique=True),
    Index(None, "issuer_id", "subject"),
    Index(None, "issuer_id", "created_at", "session_id"),
    Index(None, "issuer_id", "valid_until", "session_id"),
    # How many live comes out of the index alone.
    Index(
        "ix_sessions_standing",
        *("issuer_id", "valid_until", "last_seen_at", "idle_seconds"),
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    ),
)

logout_deliveries: Final = Table(
    "logout_deliveries",
    metadata,
    issuer_column(),
    Column("delivery_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("uri", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    time_column("created_at"),
    time_column("next_attempt_at"),
    Column("attempts", Integer, nullable=False),
    time_column("expires_at", index=True),
    Index(None, "issuer_id", "next_attempt_at"),
)
