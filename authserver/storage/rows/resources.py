"""Protected resources and the credentials of their side."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

resources: Final = Table(
    "resources",
    metadata,
    issuer_column(),
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("context_path", Text, nullable=False),
    Column("signing_algorithm", Text, nullable=False),
    Column("status", Text, nullable=False),
    time_column("created_at"),
    UniqueConstraint("issuer_id", "identifier"),
)

resource_credentials: Final = Table(
    "resource_credentials",
    metadata,
    issuer_column(),
    Column("secret_id", Text, primary_key=True),
    Column("resource_name", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("pepper_id", Text, nullable=False),
    Column("hint", Text, nullable=False),
    time_column("created_at"),
    time_column("expires_at", nullable=True, index=True),
    time_column("last_used_at", nullable=True),
    ForeignKeyConstraint(["issuer_id", "resource_name"], ["resources.issuer_id", "resources.name"]),
    Index(None, "issuer_id", "resource_name"),
)
