"""Where a reader is in a policy document, and what it has found wrong so far."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from authserver.domain.policy_problems import PolicyProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

_BARE: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
_LONGEST_SHOWN: Final = 60
MOST_PROBLEMS: Final = 500
"""More are not looked for: nobody reads them, and whoever sends them has a worker to himself."""
ENDS: Final = f"is not looked at, nor what follows: {MOST_PROBLEMS} mistakes are told at once"
"""Said of the place where the next mistake is."""


class Enough(Exception):
    """So many problems were noted that reading ends."""


class Noun(StrEnum):
    """What a document refers to by name."""

    GROUP = "group"
    CLIENT = "client"
    USER = "user"
    TOKEN = "API token"  # noqa: S105 - a noun
    SCOPE = "scope"
    OPERATION = "operation"


class References(Protocol):
    """Which names there are."""

    def problem(self, noun: Noun, name: str) -> str | None:
        """What is wrong with a name, for people; `None` when it is there."""
        ...


@dataclass(slots=True)
class Reading:
    """One reading: its problems in order, and how many rules it has met.

    Names are only looked at where there are `references`. After `most` problems it ends.
    """

    references: References | None = None
    problems: list[PolicyProblem] = field(default_factory=list)
    rules: int = 0
    most: int = MOST_PROBLEMS


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the document; the empty path is all of it."""

    reading: Reading
    path: str = ""

    def refuse(self, allowed: str) -> None:
        """Note that what stands here is not allowed; reading goes on.

        Raises:
            Enough: there are so many problems that it does not.
        """
        problems, is_full = self.reading.problems, len(self.reading.problems) >= self.reading.most
        problems.append(PolicyProblem(self.path, ENDS if is_full else allowed))
        if is_full:
            raise Enough

    def key(self, name: str) -> Place:
        """A key of the table that stands here."""
        shown = name if _BARE.fullmatch(name) else json.dumps(name[:_LONGEST_SHOWN])
        return Place(self.reading, f"{self.path}.{shown}" if self.path else shown)

    def item(self, index: int) -> Place:
        """An item of the list that stands here, the first being 0."""
        return Place(self.reading, f"{self.path}[{index}]")


class Refused:
    """Stands for a value that was refused: its problem is noted."""


REFUSED: Final = Refused()


def did_you_mean(close: Iterable[str]) -> str:
    """The end of a sentence that suggests names; nothing where there are none."""
    names = list(close)
    return f"; did you mean {' or '.join(names)}?" if names else ""
