"""Pages of lists in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from authserver.domain.pages import Page, Place, check_limit
from authserver.domain.search_words import are_begun, asked_words, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Item = TypeVar("Item")


def page_of(
    found: Iterable[Item],
    place: Callable[[Item], tuple[str | float, ...]],
    *,
    descending: bool,
    after: Place | None,
    limit: int,
) -> Page[Item]:
    """One page; `place` says what members are sorted by."""
    check_limit(limit)
    members = sorted(found, key=place, reverse=descending)
    if after is not None:
        if members:
            after.fitting(*map(type, place(members[0])))
        members = [
            each
            for each in members
            if (place(each) < after.values if descending else place(each) > after.values)
        ]
    is_last = len(members) <= limit
    return Page(members[:limit], None if is_last else Place(place(members[limit - 1])))


def is_found(text: str, *texts: str) -> bool:
    """Whether every word asked for begins one of these."""
    return are_begun(asked_words(text), words_of(*texts))


def at_most_of(found: int, at_most: int | None) -> int:
    """A number that goes no further."""
    return found if at_most is None else min(found, at_most)
