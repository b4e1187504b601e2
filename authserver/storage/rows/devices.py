"""Device authorizations."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

device_authorizations: Final = Table(
    "device_authorizations",
    metadata,
    issuer_column(),
    Column("digest", LargeBinary, primary_key=True),
    Column("user_code_digest", LargeBinary, nullable=False),
    Column("pepper_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # a JSON array
    Column("audience", Text, nullable=False),
    Column("resource_name", Text, nullable=False),  # empty for sign-in only
    Column("state", Text, nullable=False),
    Column("interval_seconds", Integer, nullable=False),
    time_column("created_at"),
    time_column("expires_at", index=True),
    Column("peer", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    time_column("last_polled_at", nullable=True),
    Column("grant_id", Text, nullable=False),  # empty until a user allowed it
    Index(None, "issuer_id", "user_code_digest", unique=True),
)
