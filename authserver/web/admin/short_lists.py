"""Lists that are short enough to be looked at as a whole: found, sorted and cut here."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from authserver.web.admin.lists import ListPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from authserver.web.admin.lists import Listing, ListQuery

T = TypeVar("T")


def page_of(
    items: Iterable[T],
    listing: Listing[T],
    query: ListQuery,
    *,
    searched: Callable[[T], Iterable[str]],
    filters: Mapping[str, Callable[[T, str], bool]] | None = None,
) -> ListPage[T]:
    """The page that is asked for. `searched` are the texts of a row in which a search looks.

    `filters` say by name whether a row passes a value.
    """
    wanted = query.search.casefold()
    found = [
        item
        for item in items
        if (not wanted or any(wanted in text.casefold() for text in searched(item)))
        and all((filters or {})[name](item, value) for name, value in query.filters.items())
    ]
    values = {column.name: column.value for column in listing.columns}

    def place(item: T) -> tuple[bool, str | float, str]:
        value = values[query.sort](item) if query.sort else ""
        key = listing.key(item)
        if value is None:
            return (False, "", key)
        if isinstance(value, int | float):
            return (True, float(value), key)
        text = value if isinstance(value, str) else " ".join(value)
        return (True, text.casefold(), key)

    ordered = sorted(found, key=place, reverse=query.descending)
    if query.after is not None:
        after = query.after
        ordered = [item for item in ordered if _is_past(place(item), after, query.descending)]
    items = ordered[: query.limit]
    following = place(items[-1]) if len(ordered) > query.limit else None
    return ListPage(items, following, len(found))


def _is_past(
    place: tuple[object, ...],
    after: tuple[object, ...],
    descending: bool,  # noqa: FBT001 - of two orders
) -> bool:
    # A column's values are of one kind, or missing: then the first members differ.
    one, other = tuple(place), tuple(after)
    return one < other if descending else one > other
