"""What differs between two policy documents, rule by rule, in the document's own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from authserver.services.policy_language import DOCUMENT
from authserver.services.policy_tables import NAME, Rules, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_USER: Final = "user"
"""What tells rules without names apart."""
_ABSENT: Final = object()


class DifferenceKind(StrEnum):
    """What happened to a rule."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class KeyDifference:
    """One key of a rule; `before` or `after` is `None` where it is not written."""

    key: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Difference:
    """One section or rule.

    `rule` is how it is called everywhere: `access`, `network.office`. `heading` is how it begins
    in the document: `[[network]] "office"`.
    """

    kind: DifferenceKind
    rule: str
    heading: str
    keys: Sequence[KeyDifference]


@dataclass(frozen=True, slots=True)
class _Written:
    """One section or rule as it stands in a document."""

    heading: str
    values: Mapping[str, object] = field(default_factory=dict)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[Difference]:
    """From one parsed document to another (`policy_reading.parsed`), both without problems.

    What is written otherwise but means the same is none: comments, the order of rules or in lists.
    """
    old, new = dict(_written(before)), dict(_written(after))
    # In the language's order, and within a section what was there first.
    order = {key.name: place for place, key in enumerate(DOCUMENT.keys)}
    rules = sorted(dict.fromkeys((*old, *new)), key=lambda rule: order[rule.partition(".")[0]])
    return [each for rule in rules if (each := _difference(rule, old.get(rule), new.get(rule)))]


def _difference(rule: str, before: _Written | None, after: _Written | None) -> Difference | None:
    old = {} if before is None else before.values
    new = {} if after is None else after.values
    keys = [
        KeyDifference(key, old.get(key), new.get(key))
        for key in dict.fromkeys((*old, *new))
        if _meant(old.get(key, _ABSENT)) != _meant(new.get(key, _ABSENT))
    ]
    if before is None and after is not None:
        return Difference(DifferenceKind.ADDED, rule, after.heading, keys)
    if before is not None and after is None:
        return Difference(DifferenceKind.REMOVED, rule, before.heading, keys)
    if before is not None and keys:
        return Difference(DifferenceKind.CHANGED, rule, before.heading, keys)
    return None


def _written(document: Mapping[str, Any]) -> Iterator[tuple[str, _Written]]:
    for section in DOCUMENT.keys:
        value = document.get(section.name)
        if isinstance(section.kind, Rules):
            yield from _rules(section.name, value)
        elif isinstance(section.kind, Table) and value is not None:
            inner = [key.name for key in section.kind.keys if isinstance(key.kind, Rules)]
            own = {key: part for key, part in value.items() if key not in inner}
            yield section.name, _Written(f"[{section.name}]", own)
            for name in inner:
                yield from _rules(f"{section.name}.{name}", value.get(name))


def _rules(
    section: str, rules: Sequence[Mapping[str, Any]] | None
) -> Iterator[tuple[str, _Written]]:
    if rules is None:
        return
    if not rules:
        # It takes the place of the default document's rules, and asks nothing.
        yield section, _Written(f"{section} = []")
    for rule in rules:
        name_key = NAME if NAME in rule else _USER
        own = {key: part for key, part in rule.items() if key != name_key}
        yield f"{section}.{rule[name_key]}", _Written(f'[[{section}]] "{rule[name_key]}"', own)


def _meant(value: object) -> object:
    """Equal for what means the same: lists are read as sets."""
    if isinstance(value, list):
        return sorted(map(str, value))
    return value


def plain(value: object) -> object:
    """A value as JSON has it: moments in ISO 8601."""
    return value.isoformat() if isinstance(value, date) else value
