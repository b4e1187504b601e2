"""On which line of a TOML text something stands: the standard library's reader does not say.

It walks over a text that was read already and is right, and so needs only the part of the grammar
that tells where keys, tables and items begin (TOML 1.0).
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final

from authserver.services.policy_places import Place, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_SPACES: Final = re.compile(r"[ \t]*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_PLAIN_VALUE: Final = re.compile(r"[^,\]}#\n]+")
"""A number, a flag, a time: one of them has a blank inside."""


def lines_of(text: str) -> Mapping[str, int]:
    """The line (from 1) of every table, key and item, by its path as `Place` writes it.

    The text must be right: what `tomllib` refuses has no places.
    """
    walk = _Walk(text)
    walk.document()
    return walk.lines


def line_of(lines: Mapping[str, int], path: str) -> int:
    """The line of a path, or of the nearest thing around it; 1 where there is none."""
    while path and path not in lines:
        path = _around(path)
    return lines.get(path, 1)


def _around(path: str) -> str:
    """What a key or an item stands in; quoted keys may have dots and brackets inside."""
    found = re.match(r'(?s)(.*?)(?:\.?"(?:[^"\\]|\\.)*"|\.?[A-Za-z0-9_-]+|\[\d+\])\Z', path)
    return found[1] if found else ""


class _Walk:
    """One walk over a text; `lines` is what it has met."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted_to = 0
        self._line = 1
        self._items: dict[str, int] = {}
        """How many tables a list of tables (`[[…]]`) has so far, by its path."""
        self.lines: dict[str, int] = {}

    def document(self) -> None:
        """Every table, from the top to the end."""
        base = Place(Reading())
        while not self._is_over():
            if self._text.startswith("[[", self._at):
                base = self._heading(2)
            elif self._text[self._at] == "[":
                base = self._heading(1)
            else:
                self._pair(base)

    def _is_over(self) -> bool:
        self._skip()
        return self._at >= len(self._text)

    def _skip(self) -> None:
        """Go past blanks, line ends and comments."""
        found = _BLANK.match(self._text, self._at)
        if found:
            self._at = found.end()

    def _note(self, place: Place, at: int) -> None:
        """A thing begins at `at`; a table that a longer heading made begins there, too."""
        self._line += self._text.count("\n", self._counted_to, at)
        self._counted_to = max(self._counted_to, at)
        self.lines.setdefault(place.path, self._line)

    def _heading(self, brackets: int) -> Place:
        begin = self._at
        self._at += brackets
        keys = self._keys()
        self._at = self._text.index("]" * brackets, self._at) + brackets
        place = Place(Reading())
        for number, key in enumerate(keys, 1):
            place = place.key(key)
            self._note(place, begin)
            if brackets > 1 and number == len(keys):
                self._items[place.path] = self._items.get(place.path, 0) + 1
            if place.path in self._items:
                place = place.item(self._items[place.path] - 1)
                self._note(place, begin)
        return place

    def _pair(self, base: Place) -> None:
        begin = self._at
        place = base
        for key in self._keys():
            place = place.key(key)
            self._note(place, begin)
        self._at = self._text.index("=", self._at) + 1
        self._at = self._spaces()
        self._value(place)

    def _spaces(self) -> int:
        found = _SPACES.match(self._text, self._at)
        return found.end() if found else self._at

    def _keys(self) -> Sequence[str]:
        """A key, its parts between dots."""
        keys = []
        while True:
            self._at = self._spaces()
            if self._text[self._at] in "\"'":
                raw = self._string()
                keys.append(next(iter(tomllib.loads(f"{raw} = 0"))))
            else:
                found = _BARE_KEY.match(self._text, self._at)
                assert found is not None  # noqa: S101 - the text was read by tomllib
                keys.append(found[0])
                self._at = found.end()
            self._at = self._spaces()
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _string(self) -> str:
        found = _STRING.match(self._text, self._at)
        assert found is not None  # noqa: S101 - the text was read by tomllib
        self._at = found.end()
        return found[0]

    def _value(self, place: Place) -> None:
        match self._text[self._at]:
            case "[":
                self._list(place)
            case "{":
                self._inline(place)
            case '"' | "'":
                self._string()
            case _:
                found = _PLAIN_VALUE.match(self._text, self._at)
                assert found is not None  # noqa: S101 - the text was read by tomllib
                self._at = found.end()

    def _list(self, place: Place) -> None:
        self._at += 1
        index = 0
        while True:
            self._skip()
            match self._text[self._at]:
                case "]":
                    self._at += 1
                    return
                case ",":
                    self._at += 1
                case _:
                    item = place.item(index)
                    self._note(item, self._at)
                    self._value(item)
                    index += 1

    def _inline(self, place: Place) -> None:
        self._at += 1
        while True:
            self._skip()
            match self._text[self._at]:
                case "}":
                    self._at += 1
                    return
                case ",":
                    self._at += 1
                case _:
                    self._pair(place)
