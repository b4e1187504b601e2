"""Named leases."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Table, Text

from authserver.storage.rows.metadata import metadata, time_column

leases: Final = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    time_column("until"),
)
