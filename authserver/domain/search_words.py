"""Words by which members of long lists are found.

What somebody types is compared with the beginnings of words, which an index answers however long
the list is; no index answers for the middles.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.users import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD_MAX: Final = 64
WORDS_MAX: Final = 40
"""Characters of a word, and words of a member, that count."""
_WORD: Final = re.compile(r"[^\W_]+")


def words_of(*texts: str) -> frozenset[str]:
    """The words of a member's texts: letters and digits, the rest parts them; case does not count.

    Of `Ada.Lovelace@example.org` there are four.
    """
    found = dict.fromkeys(_split(" ".join(texts)))
    return frozenset(list(found)[:WORDS_MAX])


def asked_words(text: str) -> Sequence[str]:
    """What is asked for: every one must begin a word of the member. The longest come first.

    Of words of which one begins another, only the other is left: it says both.
    """
    found = sorted(set(_split(text)), key=lambda word: (-len(word), word))[:WORDS_MAX]
    return [
        word
        for place, word in enumerate(found)
        if not any(longer.startswith(word) for longer in found[:place])
    ]


def are_begun(asked: Sequence[str], words: frozenset[str]) -> bool:
    """Whether every asked word begins one of the words."""
    return all(any(word.startswith(each) for word in words) for each in asked)


def after_all_that_begin_with(word: str) -> str:
    """A text that stands, in the order of its characters, behind all that begin with `word`."""
    return f"{word}\U0010ffff"


def _split(text: str) -> Sequence[str]:
    # Without what no row can hold.
    clean = text.encode("utf-8", "ignore").decode()
    return [word[:WORD_MAX] for word in _WORD.findall(canonical(clean))]
