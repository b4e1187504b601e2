"""Sign-ins under way at identity providers, and the provider's side of sessions."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

upstream_sign_ins: Final = Table(
    "upstream_sign_ins",
    metadata,
    issuer_column(),
    Column("digest", LargeBinary, primary_key=True),
    Column("pepper_id", Text, nullable=False),
    Column("browser", LargeBinary, nullable=False),
    Column("browser_pepper_id", Text, nullable=False),
    Column("provider_name", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("next", Text, nullable=False),
    Column("max_age", Integer, nullable=True),
    Column("acrs", Text, nullable=False),  # a JSON array
    Column("link_subject", Text, nullable=False),
    time_column("created_at"),
    time_column("expires_at", index=True),
)

upstream_sessions: Final = Table(
    "upstream_sessions",
    metadata,
    issuer_column(),
    Column("session_id", Text, primary_key=True),
    Column("provider_name", Text, nullable=False),
    Column("subject_key", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("upstream_sid", Text, nullable=False),
    Column("sealed_id_token", LargeBinary, nullable=False),
    time_column("created_at"),
    time_column("expires_at", index=True),
    Index(None, "issuer_id", "provider_name", "subject_key"),
    Index(None, "issuer_id", "provider_name", "upstream_sid"),
)

upstream_logouts: Final = Table(
    "upstream_logouts",
    metadata,
    issuer_column(),
    Column("provider_name", Text, primary_key=True),
    Column("jti_digest", LargeBinary, primary_key=True),
    time_column("expires_at", index=True),
)
