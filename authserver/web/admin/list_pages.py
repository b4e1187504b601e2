"""A list of the console, as whichever its address asks for: a page or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from authserver.web.admin.list_files import list_file
from authserver.web.admin.lists import shelf, wants_file
from authserver.web.admin.showing import show

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from authserver.web.admin.lists import Listing, ListPage, ListQuery
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

T = TypeVar("T")


def show_list(
    listing: Listing[T],
    cursors: Cursors,
    fetch: Callable[[ListQuery], ListPage[T]],
    *,
    title: Text,
    template: str = "admin/list.html",
    **words: Any,
) -> Response:
    """The list; `fetch` gives the rows of one page, and of every part of a file.

    `words` are what the page shows around it: those that `template` knows, and `crumbs`.

    Raises:
        InvalidField: as `lists.asked_of`.
    """
    if wants_file():
        return list_file(listing, cursors, fetch)
    return show(template, title=title, shelf=shelf(listing, cursors, fetch), **words)
