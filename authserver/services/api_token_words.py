"""The words of conditions on API tokens: what a text is made of, and where each stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELD: Final = "where"
"""What refusals call the text."""
LONGEST: Final = 4000
_WORD: Final = re.compile(
    r"\s*(?:(?P<mark>[()]|<=|>=|[=~<>])"
    r"|\"(?P<quoted>[^\"]*)\"|'(?P<other>[^']*)'"
    r"|(?P<bare>[^\s()=~<>\"']+))"
)


class Word(NamedTuple):
    """One word and where it begins, counted from 1; `is_value` where it stood in quotes."""

    text: str
    at: int
    is_value: bool = False


def words_in(text: str) -> list[Word]:
    """The words of a condition, in order.

    Raises:
        InvalidField: the text is too long, or a quotation mark has no partner.
    """
    if len(text) > LONGEST:
        raise InvalidField(FIELD, f"at most {LONGEST} characters")
    return list(_words(text))


def refusal(word: Word | None, expected: str) -> InvalidField:
    """Says where the text goes wrong, and what would be right there."""
    place = "at its end" if word is None else f"at character {word.at}"
    return InvalidField(FIELD, f"{place}: {expected}")


def _words(text: str) -> Iterator[Word]:
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _WORD.match(text, place, end)
        if found is None:
            begin = place + len(text[place:]) - len(text[place:].lstrip())
            raise refusal(Word("", begin + 1), "a quotation mark without its partner")
        kind = found.lastgroup or ""
        yield Word(
            found[kind],
            found.start(kind) + 1 - (kind in {"quoted", "other"}),
            is_value=kind in {"quoted", "other"},
        )
        place = found.end()
