"""Sets of API tokens, told apart without keeping them."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MARK: Final = 4
"""Characters of one mark: 24 bits, enough to say which of some thousands is new."""
MOST_MARKED: Final = 12_000
"""More marks would not fit into a form."""


def digest_of(token_ids: Iterable[str]) -> str:
    """What tells this set of ids from every other one; `token_ids` are in their order."""
    return hashlib.sha256("\n".join(token_ids).encode()).hexdigest()


def mark_of(token_id: str) -> str:
    """The mark of one id, in the alphabet of base64url."""
    short = hashlib.sha256(token_id.encode()).digest()[: MARK * 3 // 4]
    return base64.urlsafe_b64encode(short).decode()


def marks_of(token_ids: Sequence[str]) -> str:
    """The marks of all of them, one behind the other; empty where there are too many."""
    return "".join(map(mark_of, token_ids)) if len(token_ids) <= MOST_MARKED else ""


def read_marks(text: str) -> frozenset[str]:
    """The marks in a text that `marks_of` has made."""
    return frozenset(text[at : at + MARK] for at in range(0, len(text), MARK))
