"""The authority: one counter, and the changes it numbers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Double, Index, Table, Text, text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

authority: Final = Table(
    "authority",
    metadata,
    issuer_column(),
    Column("seq", BigInteger, nullable=False),
    # The lowest number that has never been swept past: older changes may have gaps.
    Column("kept_from", BigInteger, nullable=False),
    # The latest end of any denial that was swept. A clock that is set back must not bring back
    # what was revoked: tokens that end by then have ended.
    Column("denials_swept_until", Double, nullable=False, server_default=text("0")),
)

authority_changes: Final = Table(
    "authority_changes",
    metadata,
    issuer_column(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    time_column("expires_at", index=True),
    time_column("issued_until"),
    # Drawn anew with each advance: numbers come back after a restore, stamps do not.
    Column("stamp", Text, nullable=False, server_default=text("''")),
    Index(None, "issuer_id", "kind", "value"),
)
