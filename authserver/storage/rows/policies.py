"""Versions of policy documents."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

policy_documents: Final = Table(
    "policy_documents",
    metadata,
    issuer_column(),
    Column("name", Text, primary_key=True),
)
"""What is locked of a document: versions only ever come."""

policy_versions: Final = Table(
    "policy_versions",
    metadata,
    issuer_column(),
    Column("name", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    time_column("applied_at"),
    Column("applied_by", Text, nullable=False),
    Column("comment", Text, nullable=False),
)
