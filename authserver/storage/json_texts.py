"""Values that stand in one column as JSON: written in ASCII, read strictly.

Reading is total: every text gives a value or `StorageUnavailable`. A member that is unknown here
was written by a newer release and may be a restriction. It is not passed over: this node cannot
say what the row means, one of the newer release can.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar, cast

from authserver.domain.errors import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from enum import StrEnum

Choice = TypeVar("Choice", bound="StrEnum")


def coded(value: Mapping[str, Any] | Sequence[str]) -> str:
    """The value as JSON in ASCII: it can hold every text, lone surrogates and NUL too."""
    return json.dumps(value, separators=(",", ":"))


def coded_set(values: Iterable[str]) -> str:
    """A set as a JSON array, sorted, so that equal sets look equal."""
    return coded(sorted(values))


def texts_from(text: str, what: str) -> tuple[str, ...]:
    """The texts of a JSON array. Raises StorageUnavailable when it is anything else."""
    value = _parsed(text, what)
    if not _is_texts(value):
        raise unreadable(what, "no list of texts")
    return tuple(cast("list[str]", value))


def objects_from(text: str, what: str) -> Sequence[Members]:
    """The objects of a JSON array. Raises StorageUnavailable when it is anything else."""
    value = _parsed(text, what)
    if not isinstance(value, list):
        raise unreadable(what, "no list")
    return [Members(json.dumps(each), f"{what}, {place}") for place, each in enumerate(value)]


def unreadable(what: str, why: str) -> StorageUnavailable:
    """The row cannot be understood here; `why` never repeats a value."""
    return StorageUnavailable(f"{what}: {why}; was it written by a newer release?")


class Members:
    """The members of one stored JSON object, taken one by one, each by its type.

    A member that is absent has its default; without a default it must be there. `finish` refuses
    what nobody took. Every method raises StorageUnavailable.
    """

    def __init__(self, text: str, what: str) -> None:
        """Read `text`; `what` names it in errors."""
        self._what = what
        self._members = self._object(_parsed(text, what))

    def text(self, name: str, default: str | None = None) -> str:
        """A text."""
        return cast("str", self._take(name, _is_text, default))

    def optional_text(self, name: str) -> str | None:
        """A text, or null."""
        return None if self._is_null(name) else self.text(name)

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """True or false."""
        return cast("bool", self._take(name, lambda value: isinstance(value, bool), default))

    def optional_number(self, name: str) -> int | None:
        """A whole number, or null."""
        if self._is_null(name):
            return None
        return cast("int", self._take(name, lambda value: type(value) is int, None))

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        return cast("int", self._take(name, lambda value: type(value) is int, default))

    def moment(self, name: str) -> float:
        """A point in time (seconds since the epoch)."""
        return float(
            cast("float", self._take(name, lambda value: type(value) in (int, float), None))
        )

    def texts(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(cast("Sequence[str]", self._take(name, _is_texts, default)))

    def choice(self, name: str, kind: type[Choice], default: Choice | None = None) -> Choice:
        """One value of an enumeration."""
        return self._known(name, kind, self.text(name, default))

    def optional_choice(self, name: str, kind: type[Choice]) -> Choice | None:
        """One value of an enumeration, or null."""
        return None if self._is_null(name) else self.choice(name, kind)

    def choices(
        self, name: str, kind: type[Choice], default: frozenset[Choice] | None = None
    ) -> frozenset[Choice]:
        """A set of values of an enumeration."""
        values = self.texts(name, None if default is None else tuple(default))
        return frozenset(self._known(name, kind, value) for value in values)

    def members(self, name: str, default: Mapping[str, object] | None = None) -> Members:
        """An object inside."""
        inner = self._take(name, lambda value: isinstance(value, dict), default)
        return Members(json.dumps(inner), f"{self._what}, {name}")

    def texts_by_name(self, name: str) -> dict[str, str]:
        """An object inside whose members, of any names, are texts; without it an empty one."""
        inner = self.members(name, {})
        return {each: inner.text(each) for each in inner.names()}

    def text_lists_by_name(self, name: str) -> dict[str, tuple[str, ...]]:
        """The same with lists of texts."""
        inner = self.members(name, {})
        return {each: inner.texts(each) for each in inner.names()}

    def names(self) -> Sequence[str]:
        """Names of the members that nobody took yet."""
        return tuple(self._members)

    def finish(self) -> None:
        """Refuse what is left: nobody here knows what it means."""
        if self._members:
            raise unreadable(self._what, f"unknown members {', '.join(sorted(self._members))}")

    def _object(self, value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise unreadable(self._what, "no object")
        return value

    def _is_null(self, name: str) -> bool:
        """Whether it is absent or null; a null counts as taken."""
        return self._members.get(name) is None and self._members.pop(name, None) is None

    def _take(self, name: str, fits: Callable[[object], bool], default: object) -> object:
        if name not in self._members and default is not None:
            return default
        value = self._members.pop(name, None)
        if not fits(value):
            raise unreadable(self._what, f"{name} is absent or of another kind")
        return value

    def _known(self, name: str, kind: type[Choice], value: str) -> Choice:
        try:
            return kind(value)
        except ValueError:
            raise unreadable(self._what, f"{name} has an unknown value") from None


def _parsed(text: str, what: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise unreadable(what, "no JSON") from None


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
