"""Keys of Connect apps."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, LargeBinary, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

connect_keys: Final = Table(
    "connect_keys",
    metadata,
    issuer_column(),
    Column("resource_name", Text, primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("audience", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # a JSON array
    Column("is_enabled", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # empty for a key set
    Column("jwks", Text, nullable=False),  # empty for a shared secret
    Column("sealed_before", LargeBinary, nullable=False),
    time_column("before_until"),
    time_column("created_at"),
    time_column("changed_at"),
    ForeignKeyConstraint(["issuer_id", "resource_name"], ["resources.issuer_id", "resources.name"]),
)
