"""Mail that waits, or was sent, and tickets for picking up API tokens."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

mails: Final = Table(
    "mails",
    metadata,
    issuer_column(),
    # In the order of its characters: pages go on behind the last one that was seen.
    Column("mail_id", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    time_column("created_at"),
    time_column("next_try_at"),
    time_column("expires_at", index=True),
    Column("tries", Integer, nullable=False),
    time_column("sent_at", nullable=True),
    Column("last_error", Text, nullable=False),
    Index(None, "issuer_id", "key", unique=True),
    Index(None, "issuer_id", "status", "next_try_at"),
    Index(None, "issuer_id", "created_at", "mail_id"),
    Index(None, "issuer_id", "next_try_at", "mail_id"),
    Index(None, "issuer_id", "kind", "created_at", "mail_id"),
    Index(None, "issuer_id", "recipient", "created_at", "mail_id"),
    Index(None, "issuer_id", "status", "created_at", "mail_id"),
)

token_pick_ups: Final = Table(
    "token_pick_ups",
    metadata,
    issuer_column(),
    Column("digest", LargeBinary, primary_key=True),
    Column("pepper_id", Text, nullable=False),
    Column("token_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    time_column("created_at"),
    time_column("expires_at", index=True),
    time_column("used_at", nullable=True),
    Index(None, "issuer_id", "token_id"),
)
