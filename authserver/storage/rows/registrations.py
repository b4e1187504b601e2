"""Initial access tokens, and the clients that registered themselves."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

initial_access_tokens: Final = Table(
    "initial_access_tokens",
    metadata,
    issuer_column(),
    Column("token_id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("pepper_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("template", Text, nullable=False),  # a JSON object
    Column("quota", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    time_column("created_at"),
    time_column("expires_at", index=True),
    time_column("revoked_at", nullable=True),
    Index(None, "issuer_id", "digest", unique=True),
)

registrations: Final = Table(
    "registrations",
    metadata,
    issuer_column(),
    Column("client_id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("pepper_id", Text, nullable=False),
    Column("token_id", Text, nullable=False),
    time_column("created_at"),
    time_column("last_used_at"),
    Index(None, "issuer_id", "last_used_at"),
)
