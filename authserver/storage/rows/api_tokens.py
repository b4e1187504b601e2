"""API tokens."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, LargeBinary, Table, Text, text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

_ORDERED: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte on both back-ends, so that pages by id follow the index."""


def _word(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


api_tokens: Final = Table(
    "api_tokens",
    metadata,
    issuer_column(),
    Column("token_id", _ORDERED, primary_key=True),
    _word("lineage_id"),
    _word("subject_type"),
    _word("subject"),
    _word("owner"),
    _word("client_id"),
    _word("name"),
    _word("purpose"),
    _word("folded_purpose"),  # as it is searched, whatever its case
    _word("team"),
    _word("ticket"),
    _word("scopes"),  # with a blank before and behind each
    _word("resources"),  # the same
    _word("presentations"),
    Column("details", Text, nullable=True),
    Column("networks", Text, nullable=True),
    _word("status"),
    # Without a secret: nobody has picked it up.
    Column("secret_id", Text, nullable=True),
    Column("secret_kind", Text, nullable=True),
    Column("digest", LargeBinary, nullable=True),
    Column("pepper_id", Text, nullable=True),
    Column("hint", Text, nullable=True),
    time_column("secret_created_at", nullable=True),
    time_column("secret_expires_at", nullable=True),
    time_column("created_at"),
    _word("created_by"),
    _word("created_from"),
    time_column("expires_at", index=True),
    _word("successor_id"),
    time_column("status_changed_at"),
    _word("reason"),
    time_column("exposed_at", nullable=True),
    time_column("last_used_at", nullable=True),
    _word("last_network"),
    # The same address in a form that networks are ranges of.
    Column("last_network_key", LargeBinary, nullable=True),
    _word("last_agent"),
    Index(None, "issuer_id", "digest"),
    Index(None, "issuer_id", "subject"),
    Index(None, "issuer_id", "owner", "created_at", "token_id"),
    Index(None, "issuer_id", "client_id", "created_at", "token_id"),
    Index(None, "issuer_id", "lineage_id"),
    Index(None, "issuer_id", "created_at", "token_id"),
    # Lists of a state, in their order, and how long they are.
    Index(
        "ix_api_tokens_issuer_id_status_created_at_token_id",
        *("issuer_id", "status", "created_at", "token_id", "expires_at", "last_used_at"),
    ),
    Index(None, "issuer_id", "subject_type", "created_at", "token_id"),
    Index(None, "issuer_id", "expires_at", "token_id"),
    # Numbers of those that live, expire, or are not used come out of the index alone; lists of a
    # state by their ends, too.
    Index(
        "ix_api_tokens_standing",
        *("issuer_id", "status", "expires_at", "token_id", "created_at", "last_used_at"),
    ),
    Index("ix_api_tokens_unused", "issuer_id", "status", "last_used_at", "created_at", "token_id"),
    *(
        Index(
            None,
            *("issuer_id", name, "created_at", "token_id"),
            sqlite_where=text(f"{name} <> ''"),
            postgresql_where=text(f"{name} <> ''"),
        )
        for name in ("team", "ticket")
    ),
)
"""A token is sent without a name, so that it is looked up by its digest.

No foreign keys: a token's history outlives its owner, its client and its sites.
"""
