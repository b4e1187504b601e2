"""Lists that storage cuts into pages, as the lists of the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from authserver.domain.pages import Place
from authserver.services.long_lists import Piece
from authserver.web.admin.lists import PAGE, ListPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.pages import Page
    from authserver.web.admin.lists import ListQuery

Item = TypeVar("Item")
Row = TypeVar("Row")


def place_of(query: ListQuery) -> Place | None:
    """Where storage goes on."""
    if query.after is None:
        return None
    return Place(tuple(each for each in query.after if isinstance(each, str | float | int)))


def piece_of(query: ListQuery) -> Piece:
    """The part of a list that a page of the console shows, and how long all of it is.

    Files are not told how long they will be.
    """
    return Piece(place_of(query), query.limit, query.descending, counts=query.limit == PAGE)


def list_page(page: Page[Item], rows: Sequence[Row]) -> ListPage[Row]:
    """The rows that a page of storage became."""
    after = None if page.next_place is None else page.next_place.values
    return ListPage(rows, after, page.total)
