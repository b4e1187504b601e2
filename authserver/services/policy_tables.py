"""Tables of a policy document: which keys there are, and how a table becomes a value.

The same declarations read documents and write the reference page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.scopes import close_matches
from authserver.services.policy_places import REFUSED, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.services.policy_places import Place
    from authserver.services.policy_values import Kind

MOST_RULES: Final = 1000
NAME: Final = "name"


def _nothing(_values: Mapping[str, Any], _place: Place) -> None:
    """No rule between keys."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `field` is the domain's word where it is another; `unset` what leaving it out means.

    A key without `unset` has to be written.
    """

    name: str
    kind: Kind
    meaning: str
    unset: str = ""
    field: str = ""

    @property
    def goes_to(self) -> str:
        """The field of the domain's value."""
        return self.field or self.name


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `makes` takes the fields that were written. `check` is the rule between keys.

    `check` gets what was read, by key, and is asked when each key is good by itself.
    """

    makes: Callable[..., Any]
    keys: tuple[Key, ...]
    meaning: str
    check: Callable[[Mapping[str, Any], Place], None] = _nothing

    @property
    def said(self) -> str:
        """What is allowed, in words."""
        return "a table"

    def read(self, raw: object, place: Place) -> Any:
        """The value; every problem of every key is noted."""
        if not isinstance(raw, dict):
            place.refuse(self.said)
            return REFUSED
        known = {key.name: key for key in self.keys}
        values: dict[str, Any] = {}
        before = len(place.reading.problems)
        for name, value in raw.items():
            key = known.get(name)
            if key is None:
                suggested = did_you_mean(close_matches(name, known, 1))
                place.key(name).refuse("no such key here" + suggested)
            else:
                values[name] = key.kind.read(value, place.key(name))
        for key in self.keys:
            if not key.unset and key.name not in raw:
                place.key(key.name).refuse(f"is missing: {key.kind.said}")
        if len(place.reading.problems) == before:
            self.check(values, place)
        if len(place.reading.problems) > before:
            return REFUSED
        return self.makes(**{known[name].goes_to: value for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class Rules:
    """Tables below each other (`[[…]]`). Their names, where they have some, are unique."""

    table: Table

    @property
    def said(self) -> str:
        """What is allowed, in words."""
        return "tables, each under its own heading in double brackets"

    def read(self, raw: object, place: Place) -> Any:
        """The rules, in the order of the document."""
        if not isinstance(raw, list):
            place.refuse(self.said)
            return REFUSED
        before = len(place.reading.problems)
        place.reading.rules += len(raw)
        names: dict[object, int] = {}
        rules = []
        for index, each in enumerate(raw):
            here = place.item(index)
            rules.append(self.table.read(each, here))
            name = each.get(NAME) if isinstance(each, dict) else None
            if isinstance(name, str):
                if name in names:
                    here.key(NAME).refuse(f"is the name of {place.path}[{names[name]}] already")
                names.setdefault(name, index)
        return REFUSED if len(place.reading.problems) > before else tuple(rules)
