"""Words by which members of long lists are found."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata

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
