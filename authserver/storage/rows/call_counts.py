"""Calls counted by the hour, summed up by two grains."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Double, Index, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata


def _columns(*more: str) -> tuple[Column[object], ...]:
    words = ("resource", "way", "outcome", "reason", *more)
    return (
        issuer_column(),
        Column("hour", Double, primary_key=True),
        # A digest of the words: together they can be longer than an index takes.
        Column("key", Text, primary_key=True),
        *(Column(word, Text, nullable=False) for word in words),
        Column("calls", BigInteger, nullable=False),
    )


call_counts: Final = Table(
    "call_counts",
    metadata,
    *_columns(),
    Index(None, "issuer_id", "resource", "hour"),
    Index(None, "issuer_id", "way", "hour"),
    Index(None, "issuer_id", "outcome", "hour"),
    Index(None, "issuer_id", "reason", "hour"),
)
"""Few rows an hour, however many call: what sums over weeks are made of. It says in which hours
there were calls of a kind, so that it has an index for each."""

caller_counts: Final = Table(
    "caller_counts",
    metadata,
    *_columns("client_id", "subject"),
    Index(None, "issuer_id", "client_id", "hour"),
    Index(None, "issuer_id", "subject", "hour"),
)
"""The same calls, by who made them."""
