"""Which passwords are too easy to guess: what is left when everything obvious is taken away."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from authserver.domain.common_passwords import COMMON, ROWS
from authserver.domain.users import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

LEFT_CHARACTERS: Final = 8
"""So much must be left that is no common word, no name, no sequence and no repetition."""
DISTINCT_CHARACTERS: Final = 5
SHORTEST_NAME: Final = 3
"""Shorter names are part of too many other words."""

_RUN: Final = 4
"""Characters in a row that make a sequence."""
_SEPARATORS: Final = re.compile(r"[\W_]+")
_LEET: Final = str.maketrans("01345@$!", "oieasasi")


def is_guessable(password: str, names: Iterable[str]) -> bool:
    """Whether somebody who knows `names` and the usual lists would soon try it.

    `names` are what belongs to the user and the place: user name, e-mail address, host.
    """
    text = canonical(password)
    if len(set(text)) < DISTINCT_CHARACTERS:
        return True
    known = COMMON | {part for name in names for part in _parts(name)}
    # As it is, and read as people do who write 0 for o.
    return any(_left(spelling, known) < LEFT_CHARACTERS for spelling in (text, _unleeted(text)))


def _left(text: str, known: Iterable[str]) -> int:
    """How many characters are neither repeated, nor a known word, nor part of a sequence."""
    left = _unit(text)
    for word in sorted(known, key=len, reverse=True):
        left = left.replace(word, " ")
    left = _without_runs(left)
    return len(_unit(_SEPARATORS.sub("", left)))


def _unit(text: str) -> str:
    """The shortest beginning that, repeated, makes the whole text."""
    for length in range(1, len(text) // 2 + 1):
        if (text[:length] * (len(text) // length + 1)).startswith(text):
            return text[:length]
    return text


def _without_runs(text: str) -> str:
    """The text without `aaaa`, `4567`, `dcba` and rows of the keyboard, of four or more."""
    kept: list[str] = []
    start = 0
    while start < len(text):
        end = start + _RUN
        if len(text[start:end]) < _RUN or not _is_run(text[start:end]):
            kept.append(text[start])
            start += 1
            continue
        while end < len(text) and _is_run(text[end - _RUN + 1 : end + 1]):
            end += 1
        kept.append(" ")
        start = end
    return "".join(kept)


def _is_run(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        return True
    return any(text in row or text[::-1] in row for row in ROWS)


def _parts(name: str) -> set[str]:
    """A name with its parts: `ada.lovelace@example.com` has `ada`, `lovelace`, `example`."""
    whole = canonical(name)
    parts = {whole, *_SEPARATORS.split(whole)}
    return {part for part in parts if len(part) >= SHORTEST_NAME}


def _unleeted(text: str) -> str:
    return text.translate(_LEET)
