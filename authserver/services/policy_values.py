"""The kinds of single values in a policy document: what is allowed, and how it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Final, Protocol

from authserver.domain.durations import WRITTEN_AS, seconds_written, written_seconds
from authserver.domain.scopes import close_matches
from authserver.services.policy_places import REFUSED, Noun, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.services.policy_places import Place

LONGEST_REASON: Final = 500
DAY: Final = 86_400
_EARLIEST_YEAR: Final = 2000
_LAST_SECOND: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
"""Who writes the last day there is means for ever; its end is in a year that no calendar has."""


class Kind(Protocol):
    """A kind of value. `said` completes "must be"; it is the type on the reference page."""

    @property
    def said(self) -> str:
        """What is allowed, in words."""
        ...

    def read(self, raw: object, place: Place) -> Any:
        """The value in the domain's form; `REFUSED` after a problem was noted."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text that `form` gives back in one spelling, `None` for what is not allowed."""

    said: str
    form: Callable[[str], str | None]
    noun: Noun | None = None
    """What it names, where it must be there."""

    def read(self, raw: object, place: Place) -> Any:
        """The text in one spelling."""
        value = self.form(raw) if isinstance(raw, str) else None
        if value is None:
            place.refuse(self.said)
            return REFUSED
        references = place.reading.references
        problem = None
        if self.noun is not None and references is not None:
            problem = references.problem(self.noun, value)
        if problem is not None:
            place.refuse(problem)
            return REFUSED
        return value


def matching(pattern: str) -> Callable[[str], str | None]:
    """The form of texts that a pattern matches whole."""
    compiled = re.compile(pattern)
    return lambda raw: raw if compiled.fullmatch(raw) else None


def printable_text(longest: int) -> Callable[[str], str | None]:
    """The form of one line of text, without blanks around it."""

    def form(raw: str) -> str | None:
        text = raw.strip()
        return text if 0 < len(text) <= longest and text.isprintable() else None

    return form


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, each standing for a value."""

    values: Mapping[str, object]

    @property
    def said(self) -> str:
        """The words."""
        return "one of " + ", ".join(f'"{word}"' for word in self.values)

    def read(self, raw: object, place: Place) -> Any:
        """What the word stands for."""
        if isinstance(raw, str):
            if raw in self.values:
                return self.values[raw]
            place.refuse(self.said + did_you_mean(close_matches(raw, self.values, 1)))
        else:
            place.refuse(self.said)
        return REFUSED


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    said: str = "true or false"

    def read(self, raw: object, place: Place) -> Any:
        """The flag."""
        if isinstance(raw, bool):
            return raw
        place.refuse(self.said)
        return REFUSED


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number between two others."""

    least: int
    most: int

    @property
    def said(self) -> str:
        """The bounds."""
        return f"a whole number from {self.least} to {self.most}"

    def read(self, raw: object, place: Place) -> Any:
        """The number. A flag is none, though Python counts with it."""
        if isinstance(raw, int) and not isinstance(raw, bool) and self.least <= raw <= self.most:
            return raw
        place.refuse(self.said)
        return REFUSED


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration in seconds, written as a text."""

    least: int
    most: int

    @property
    def said(self) -> str:
        """How it is written, and the bounds."""
        bounds = f"from {written_seconds(self.least)} to {written_seconds(self.most)}"
        return f"a text: {WRITTEN_AS}; {bounds}"

    def read(self, raw: object, place: Place) -> Any:
        """Seconds."""
        seconds = seconds_written(raw) if isinstance(raw, str) else None
        if seconds is not None and self.least <= seconds <= self.most:
            return float(seconds)
        place.refuse(self.said)
        return REFUSED


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds since the epoch. A date means its end in UTC; a time needs its zone."""

    said: str = "a date like 2027-01-31 (its end in UTC) or a time with its zone, without quotes"

    def read(self, raw: object, place: Place) -> Any:
        """Seconds since the epoch."""
        if isinstance(raw, date) and raw.year >= _EARLIEST_YEAR:
            if not isinstance(raw, datetime):
                return min(datetime.combine(raw, time(), UTC).timestamp() + DAY, _LAST_SECOND)
            if raw.tzinfo is not None:
                return min(raw.timestamp(), _LAST_SECOND)
            place.refuse("a time needs its zone: 2027-01-31T12:00:00Z or 2027-01-31T12:00:00+01:00")
            return REFUSED
        place.refuse(self.said)
        return REFUSED


REASON: Final = Text(
    f"a text of 1 to {LONGEST_REASON} characters on one line", printable_text(LONGEST_REASON)
)
RULE_NAME: Final = Text(
    "1 to 40 lower-case letters, digits and dashes", matching(r"[a-z0-9-]{1,40}")
)
