"""Lists as files of comma-separated values (RFC 4180)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from flask import Response, stream_with_context

from authserver.web.admin.cells import plain
from authserver.web.admin.lists import asked_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from authserver.web.admin.lists import Column, Listing, ListPage, ListQuery
    from authserver.web.cursors import Cursors

T = TypeVar("T")

AT_ONCE: Final = 500


def list_file(
    listing: Listing[T], cursors: Cursors, fetch: Callable[[ListQuery], ListPage[T]]
) -> Response:
    """All rows that fit what the address asks, page by page as they are read.

    Raises:
        InvalidField: as `lists.asked_of`.
    """
    query = asked_of(listing, cursors, limit=AT_ONCE)
    query = replace(query, after=None)
    # The first rows are read now: what fails is answered as an error, and not as half a file.
    first = fetch(query)

    def lines() -> Iterator[str]:
        yield _line([column.name for column in listing.columns])
        page = first
        while True:
            for item in page.items:
                yield _line([_cell(column, item) for column in listing.columns])
            if page.after is None:
                return
            page = fetch(replace(query, after=page.after))

    answer = Response(stream_with_context(lines()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{listing.name}.csv"'
    return answer


def _cell(column: Column[T], item: T) -> str:
    value = column.value if column.whole is None else column.whole
    return plain(value(item), column.kind)


def _line(values: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()
