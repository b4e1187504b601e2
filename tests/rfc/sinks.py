"""Everything that an installation has written, searched for secrets in every spelling."""

from __future__ import annotations

import sqlite3
from base64 import b64encode, urlsafe_b64encode
from contextlib import closing
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PIECE: Final = 24
"""Characters of a secret that are too many to be there by chance."""
PIECES: Final = 8


def written_below(folder: Path) -> dict[str, bytes]:
    """The bytes of every file below `folder`, and a dump of every SQLite database."""
    sinks = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for name, content in list(sinks.items()):
        if content.startswith(b"SQLite format 3\0"):
            with closing(sqlite3.connect(folder / name)) as database:
                sinks[f"dump of {name}"] = "\n".join(database.iterdump()).encode()
    return sinks


def spellings(secret: str | bytes) -> set[bytes]:
    """A secret as logs and databases might hold it."""
    raw = secret if isinstance(secret, bytes) else secret.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), repr(raw)[2:-1].encode()}
    # In base64 the text depends on where the secret begins.
    for encode in (b64encode, urlsafe_b64encode):
        for shift in range(3):
            found.add(encode(b"\0" * shift + raw)[4 if shift else 0 : -4])
    if isinstance(secret, str):
        found |= {quote(secret, safe="").encode(), quote_plus(secret).encode()}
    return found


def pieces(secret: str | bytes) -> set[bytes]:
    """Parts of a text, as they are: what is left of it where texts are cut short."""
    if isinstance(secret, bytes) or len(secret) <= PIECE:
        return set()
    step = max(PIECE // 2, len(secret) // PIECES)
    return {secret[start : start + PIECE].encode() for start in range(0, len(secret) - PIECE, step)}


def leaks(sinks: Mapping[str, bytes], secrets: Mapping[str, str | bytes]) -> list[str]:
    """`<secret> in <sink>` for every secret that can be read in a sink, whole or in part."""
    return [
        f"{name} in {sink}"
        for name, secret in secrets.items()
        for sink, content in sinks.items()
        if any(spelling in content for spelling in spellings(secret) | pieces(secret))
    ]


def found(sinks: Mapping[str, bytes], texts: Iterable[str]) -> list[str]:
    """`<text> in <sink>` for every text that stands in a sink as it is."""
    return [
        f"{text} in {sink}"
        for text in texts
        for sink, content in sinks.items()
        if text.encode() in content
    ]
