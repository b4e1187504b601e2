"""Columns of the issuers: whose database this is."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

issuers = Table(
    "issuers",
    metadata,
    issuer_column(),
    Column("url", Text, nullable=False, unique=True),
    time_column("created_at"),
)
