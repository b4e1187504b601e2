"""Client assertions that were used once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, LargeBinary, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

assertion_uses: Final = Table(
    "assertion_uses",
    metadata,
    issuer_column(),
    Column("client_id", Text, primary_key=True),
    # SHA-256 of the jti: callers choose its length, the row does not grow with it.
    Column("jti_digest", LargeBinary, primary_key=True),
    time_column("expires_at", index=True),
)
