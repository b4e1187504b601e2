"""How allowed calls are handed over to a site, and as which of its accounts."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, LargeBinary, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

_ORDERED: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte on both back-ends, so that pages by subject follow the index."""

hand_overs: Final = Table(
    "hand_overs",
    metadata,
    issuer_column(),
    Column("resource_name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("header", Text, nullable=False),
    Column("sealed_credential", LargeBinary, nullable=False),  # empty where there is none
    time_column("changed_at"),
    ForeignKeyConstraint(["issuer_id", "resource_name"], ["resources.issuer_id", "resources.name"]),
)

subject_accounts: Final = Table(
    "subject_accounts",
    metadata,
    issuer_column(),
    Column("resource_name", Text, primary_key=True),
    Column("subject", _ORDERED, primary_key=True),
    Column("account", Text, nullable=False),
    time_column("changed_at"),
    ForeignKeyConstraint(["issuer_id", "resource_name"], ["resources.issuer_id", "resources.name"]),
)
