"""Pages of the lists that `services.long_lists` reads piece by piece."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from authserver.services.long_lists import Piece
from authserver.web.admin_api.pages import page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authserver.domain.pages import Page, Place
    from authserver.web.admin_api.endpoints import Asked

Item = TypeVar("Item")
Sort = TypeVar("Sort", bound=StrEnum)
Word = TypeVar("Word", bound=StrEnum)


def pieces_of(
    asked: Asked[Any, Any], sorts: type[Sort], fetch: Callable[[Sort, Piece], Page[Item]]
) -> tuple[Sequence[Item], str | None]:
    """The members that a call is for, in the order it states, and the cursor of the next page.

    Raises:
        InvalidField: for `cursor`, it is not of this list with these parameters.
    """
    stated: str = asked.query.sort
    sort, descending = sorts(stated.removeprefix("-")), stated.startswith("-")

    def one(after: Place | None, limit: int) -> Page[Item]:
        return fetch(sort, Piece(after, limit, descending))

    return page_of(asked, one)


def word(words: type[Word], stated: str | None) -> Word | None:
    """What a parameter says, `None` where it was left out."""
    return None if stated is None else words(stated)
