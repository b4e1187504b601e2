"""Counts of failed credentials."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Double, Integer, Table, Text

from authserver.storage.rows.metadata import metadata, time_column

failures: Final = Table(
    "failures",
    metadata,
    Column("key", Text, primary_key=True),
    Column("window_start", Double, primary_key=True),
    Column("count", Integer, nullable=False),
    time_column("expires_at", index=True),
)
