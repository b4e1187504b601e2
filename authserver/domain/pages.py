"""Pages of long lists: each begins where the one before ended, however far that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE_MAX: Final = 1000
"""How many members one page may hold."""
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: what its last member was sorted by, the most important first.

    It belongs to one list, one filter and one order; elsewhere it means nothing. Outside it goes
    sealed and bound to these.
    """

    values: tuple[str | float, ...]

    def fitting(self, *kinds: type[str | float]) -> tuple[str | float, ...]:
        """The values, when they are of these kinds.

        Raises:
            InvalidField: they are not: the place is another list's, or another order's.
        """
        if len(kinds) != len(self.values) or not all(
            isinstance(value, kind) for value, kind in zip(self.values, kinds, strict=True)
        ):
            raise _not_a_place()
        return self.values


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Members of a list in order, and where the next page begins (`None`: this was the last).

    `total` is how many the whole list has, where somebody asked for that.
    """

    items: Sequence[Item]
    next_place: Place | None
    total: int | None = None


def check_limit(limit: int) -> int:
    """The limit of a page.

    Raises:
        InvalidField: nobody can want such a page.
    """
    if not 1 <= limit <= PAGE_MAX:
        raise InvalidField("limit", f"a whole number from 1 to {PAGE_MAX}")
    return limit


def _not_a_place() -> InvalidField:
    return InvalidField("cursor", "the value of next_cursor from the page before")
