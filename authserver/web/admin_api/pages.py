"""Pages of lists: cursors that nobody can make up, over what a store or a sorted list gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from authserver.domain.pages import Page, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import ListQuery

Item = TypeVar("Item")
_OF_THE_PAGE = {"cursor", "limit"}


def page_of(
    asked: Asked[Any, Any], fetch: Callable[[Place | None, int], Page[Item]]
) -> tuple[Sequence[Item], str | None]:
    """The members that a call is for, and the cursor of the next page.

    `fetch` gets the place behind which the page begins, and how many members it may have.

    Raises:
        InvalidField: for `cursor`, it is not of this list with these parameters.
    """
    query: ListQuery = asked.query
    # Lists below a thing are that thing's alone.
    whose = sorted(asked.path.items())
    stated = query.model_dump_json(exclude=_OF_THE_PAGE)
    bound_to = (asked.operation, *(f"{name}={value}" for name, value in whose), stated)
    after = None
    if query.cursor:
        after = Place(asked.cursors.open(query.cursor, bound_to))  # type: ignore[arg-type]  # sealed by us
    page = fetch(after, query.limit)
    if page.next_place is None:
        return page.items, None
    return page.items, asked.cursors.seal(page.next_place.values, bound_to)


def sorted_page(
    items: Iterable[Item],
    key: Callable[[Item], tuple[str | float, ...]],
    *,
    descending: bool = False,
) -> Callable[[Place | None, int], Page[Item]]:
    """A `fetch` over a list that is short enough to be held whole.

    `key` is what it is sorted by, together different for every member.
    """

    def fetch(after: Place | None, limit: int) -> Page[Item]:
        ordered = sorted(items, key=key, reverse=descending)
        if after is not None:
            beyond = after.values
            ordered = [
                each
                for each in ordered
                if (key(each) < beyond if descending else key(each) > beyond)
            ]
        if len(ordered) <= limit:
            return Page(ordered, None)
        return Page(ordered[:limit], Place(key(ordered[limit - 1])))

    return fetch


def fits(text: str, *texts: str) -> bool:
    """Whether every word of `text` stands in one of the texts, whatever its case."""
    folded = [each.casefold() for each in texts]
    return all(any(word in each for each in folded) for word in text.casefold().split())
