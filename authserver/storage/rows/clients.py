"""Clients, what each may have, and their secrets."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, Table, Text, text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column
from authserver.storage.rows.secrets import secret_columns

clients: Final = Table(
    "clients",
    metadata,
    issuer_column(),
    Column("client_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("auth_method", Text, nullable=False),
    Column("access_token_seconds", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("jwks", Text, nullable=False),  # a JSON array of public JWKs
    Column("contact", Text, nullable=False),
    time_column("created_at"),
    # A JSON object of what differs from the defaults.
    Column("profile", Text, nullable=False, server_default=text("'{}'")),
    Index(None, "issuer_id", "created_at", "client_id"),
)

client_permissions: Final = Table(
    "client_permissions",
    metadata,
    issuer_column(),
    Column("client_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # grant_type, scope or resource
    Column("value", Text, primary_key=True),
    ForeignKeyConstraint(["issuer_id", "client_id"], ["clients.issuer_id", "clients.client_id"]),
    # Which clients may have this scope, this resource?
    Index(None, "issuer_id", "kind", "value"),
)

client_secrets: Final = Table(
    "client_secrets",
    metadata,
    *secret_columns(Column("client_id", Text, nullable=False)),
    ForeignKeyConstraint(["issuer_id", "client_id"], ["clients.issuer_id", "clients.client_id"]),
    Index(None, "issuer_id", "client_id"),
)
