"""Answers to creations that callers of the administration API may repeat."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

idempotency_keys: Final = Table(
    "idempotency_keys",
    metadata,
    issuer_column(),
    # Whose key it is: the subject of a user or a client.
    Column("caller", Text, primary_key=True),
    Column("key_digest", LargeBinary, primary_key=True),
    Column("request_digest", LargeBinary, nullable=False),
    # The HTTP status of the answer; 0 while there is none.
    Column("status", Integer, nullable=False),
    # Under a key that the Idempotency-Key gives: the database alone opens none.
    Column("sealed_answer", LargeBinary, nullable=False),
    time_column("expires_at", index=True),
)
