"""Words by which members of long lists are found."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

# In the order of its characters: what begins with a word is a range.
_ORDERED: Final = Text().with_variant(Text(collation="C"), "postgresql")

search_words: Final = Table(
    "search_words",
    metadata,
    issuer_column(),
    Column("kind", Text, primary_key=True),
    Column("member", Text, primary_key=True),
    Column("word", _ORDERED, primary_key=True),
    Index(None, "issuer_id", "kind", "word", "member"),
)
"""No foreign keys: `kind` says whose id `member` is."""

search_word_looks: Final = Table(
    "search_word_looks",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("round", BigInteger, nullable=False),
    Column("laps", Integer, nullable=False),
    # The last member that was looked at: empty where the next one is the first.
    Column("issuer_id", Integer, nullable=False),
    Column("member", Text, nullable=False),
    time_column("due_at"),
)
"""How far housekeeping has looked whether members of a kind have their words, and when it goes on.

`laps` is how often the last member is yet to be reached. `round` is counted up by whoever asks for
another: who is in the middle of a look sees it, and does that one again.
"""
