"""Signing keys."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, LargeBinary, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

signing_keys: Final = Table(
    "signing_keys",
    metadata,
    issuer_column(),
    Column("kid", Text, primary_key=True),
    Column("algorithm", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("public_jwk", Text, nullable=False),  # a JSON object
    Column("sealed_private", LargeBinary, nullable=False),  # empty once the key has ended
    time_column("created_at"),
    time_column("activated_at", nullable=True),
    time_column("retired_at", nullable=True),
    time_column("ended_at", nullable=True),
)
