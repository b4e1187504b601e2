"""Local users."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, LargeBinary, Table, Text, UniqueConstraint

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

users: Final = Table(
    "users",
    metadata,
    issuer_column(),
    Column("subject", Text, primary_key=True),
    Column("username", Text, nullable=False),
    Column("is_administrator", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("password_hash", LargeBinary, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    time_column("created_at"),
    UniqueConstraint("issuer_id", "username"),
)
