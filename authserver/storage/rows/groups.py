"""Local groups and who is in them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

user_groups: Final = Table(
    "user_groups",
    metadata,
    issuer_column(),
    Column("name", Text, primary_key=True),
    Column("description", Text, nullable=False),
    time_column("created_at"),
)

group_members: Final = Table(
    "group_members",
    metadata,
    issuer_column(),
    Column("group_name", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    ForeignKeyConstraint(
        ["issuer_id", "group_name"], ["user_groups.issuer_id", "user_groups.name"]
    ),
    Index(None, "issuer_id", "subject", "group_name"),
)
