"""One step of the demo, and how it can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Step:
    """Who does what and what should come of it.

    `play` does it and returns what happened; it raises NotAsTold when that is something else.
    """

    who: str
    does: str
    expected: str
    play: Callable[[], str]


class NotAsTold(Exception):
    """Something else happened: what."""


def check(as_told: bool, happened: str) -> None:  # noqa: FBT001 - reads as a sentence where it is used
    """Raise NotAsTold unless it is as told."""
    if not as_told:
        raise NotAsTold(happened)
