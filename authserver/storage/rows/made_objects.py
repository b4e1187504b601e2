"""What was made by files that are applied."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

made_objects: Final = Table(
    "made_objects",
    metadata,
    issuer_column(),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    # Of the object: another of its name has another.
    time_column("created_at"),
)
