"""Consents that are remembered."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

consents: Final = Table(
    "consents",
    metadata,
    issuer_column(),
    Column("subject", Text, primary_key=True),
    Column("client_id", Text, primary_key=True),
    Column("audience", Text, primary_key=True),
    Column("scopes", Text, nullable=False),  # a JSON array
    time_column("created_at"),
    time_column("updated_at"),
)
