"""What the core says, in the language of the request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.web.core_texts import ADDRESSES, FIELDS, REFUSALS, SHAPES
from authserver.web.languages import gettext

if TYPE_CHECKING:
    from authserver.domain.errors import DomainError

PLACE: Final = re.compile(r"%\((\w+)\)s")
"""Where a text has a value; the group is its name."""


def core_words(text: str) -> str:
    """A text of the core in the language of this request; one that pages do not know stays.

    Values stay as they are: names, words of protocols and what an administrator wrote.
    """
    for known, pattern in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            said = gettext(known)
            return said % found.groupdict() if pattern.groups else said
    return text


def refusal_words(refusal: DomainError) -> str:
    """The text of a refusal, in the language of this request; fields keep their names."""
    if isinstance(refusal, InvalidField):
        return f"{refusal.field}: {core_words(refusal.allowed)}"
    return core_words(str(refusal))


def _pattern(text: str) -> re.Pattern[str]:
    """Matches a text with values in its places."""
    parts = PLACE.split(text)
    for place in range(1, len(parts), 2):
        parts[place] = f"(?P<{parts[place]}>{SHAPES.get(parts[place], '.+')})"
    return re.compile("".join(p if n % 2 else re.escape(p) for n, p in enumerate(parts)))


def _said_for_certain(text: str) -> int:
    """Characters that are not values."""
    return len(PLACE.sub("", text))


# The text with more words of its own comes first: "at least one of a, or leave b out" is also a
# text with the one value "a, or leave b out".
_PATTERNS: Final = tuple(
    (text, _pattern(text))
    for text in sorted((*FIELDS, *ADDRESSES, *REFUSALS), key=_said_for_certain, reverse=True)
)
