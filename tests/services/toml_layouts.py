"""TOML texts in many layouts, with the line on which everything in them begins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from authserver.services.policy_places import Place, Reading

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = st.lists(
    st.one_of(
        st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True),
        st.text("ab.\"'[]=# ü\\", min_size=1, max_size=3),
    ),
    max_size=3,
    unique=True,
)
GAPS = st.sampled_from(["", "", "\n", "# [a] = 'x'\n", "\n\n  "])
STRINGS = st.sampled_from(
    ['"a"', "'#'", '"\\" ]"', '"""\na\\"""\nb"""""', "'''x\n''[[y]]\n''''", '""', '"""\\\\"""']
)
PLAIN = st.sampled_from(["1", "-2.5e3", "true", "1979-05-27 07:32:00", "0xff", "inf"])


class Layout:
    """A text under way; every choice is `draw`'s."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw
        self.text = ""
        self.lines: dict[str, int] = {}

    def document(self) -> None:
        top = Place(Reading())
        self.pairs(top, taken := set[str]())
        for key in self._draw(KEYS):
            if key in taken:
                continue
            here = top.key(key)
            if self._draw(st.booleans()):
                self._headed(key, here)
            else:
                for index in range(self._draw(st.integers(1, 3))):
                    self._headed(key, here, index)

    def _headed(self, key: str, here: Place, index: int = -1) -> None:
        self._gap()
        self._note(here)
        place = here if index < 0 else here.item(index)
        self._note(place)
        opened, closed = ("[", "]") if index < 0 else ("[[", "]]")
        self.text += f"{opened} {self._key(key)}{closed}\n"
        taken = set[str]()
        self.pairs(place, taken)
        for inner in self._draw(KEYS):
            if inner not in taken:
                self._gap()
                below = place.key(inner)
                self._note(below)
                self.text += f"{opened[0]}{self._key(key)} . {self._key(inner)}{closed[0]} # x\n"
                self.pairs(below, set())

    def pairs(self, base: Place, taken: set[str]) -> None:
        for key in self._draw(KEYS):
            taken.add(key)
            self._gap()
            self._pair(base.key(key), key)
            self.text += self._draw(st.sampled_from(["\n", " # it\n", "\r\n"]))

    def _pair(self, place: Place, key: str) -> None:
        self._note(place)
        self.text += self._key(key)
        if self._draw(st.booleans()) and self._draw(st.booleans()):
            place = place.key("dotted")
            self._note(place)
            self.text += ".dotted"
        self.text += self._draw(st.sampled_from([" = ", "=", "\t= "]))
        self._value(place, depth=2)

    def _value(self, place: Place, depth: int) -> None:
        kinds = ["string", "plain", "list", "inline"] if depth else ["string", "plain"]
        match self._draw(st.sampled_from(kinds)):
            case "string":
                self.text += self._draw(STRINGS)
            case "plain":
                self.text += self._draw(PLAIN)
            case "list":
                self.text += "["
                for index in range(self._draw(st.integers(0, 3))):
                    self._gap()
                    item = place.item(index)
                    self._note(item)
                    self._value(item, depth - 1)
                    self.text += " ,"
                self._gap()
                self.text += "]"
            case _:
                self.text += "{"
                for index, key in enumerate(self._draw(KEYS)):
                    self.text += ", " if index else " "
                    inner = place.key(key)
                    self._note(inner)
                    self.text += f"{self._key(key)} = "
                    self._value(inner, depth - 1)
                self.text += "}"

    def _gap(self) -> None:
        self.text += self._draw(GAPS)

    def _key(self, key: str) -> str:
        if all(each.isascii() and (each.isalnum() or each in "_-") for each in key):
            return key
        if "'" not in key and self._draw(st.booleans()):
            return f"'{key}'"
        return json.dumps(key)

    def _note(self, place: Place) -> None:
        self.lines.setdefault(place.path, self.text.count("\n") + 1)


@st.composite
def layouts(draw: Callable[[Any], Any]) -> Layout:
    """Any of them."""
    layout = Layout(draw)
    layout.document()
    return layout
