"""Protected resources and the credentials of their side."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table, Text, UniqueConstraint

from authserver.storage.rows.metadata import issuer_column, metadata, time_column
from authserver.storage.rows.secrets import secret_columns

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
    *secret_columns(
        Column("resource_name", Text, nullable=False),
        Column("purpose", Text, nullable=False),
    ),
    ForeignKeyConstraint(["issuer_id", "resource_name"], ["resources.issuer_id", "resources.name"]),
    Index(None, "issuer_id", "resource_name"),
)
