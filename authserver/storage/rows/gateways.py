"""Gateways and the keys they authenticate with."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column
from authserver.storage.rows.secrets import secret_columns

gateways: Final = Table(
    "gateways",
    metadata,
    issuer_column(),
    Column("name", Text, primary_key=True),
    Column("resource_name", Text, nullable=False),
    Column("session_cookies", Text, nullable=False),
    time_column("created_at"),
    ForeignKeyConstraint(["issuer_id", "resource_name"], ["resources.issuer_id", "resources.name"]),
    Index(None, "issuer_id", "resource_name"),
)

gateway_keys: Final = Table(
    "gateway_keys",
    metadata,
    *secret_columns(Column("gateway_name", Text, nullable=False)),
    ForeignKeyConstraint(["issuer_id", "gateway_name"], ["gateways.issuer_id", "gateways.name"]),
    Index(None, "issuer_id", "gateway_name"),
    Index(None, "issuer_id", "digest"),
)
"""A gateway sends its key and no name, so that a key is looked up by its digest."""
