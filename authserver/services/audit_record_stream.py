"""Stored records in order of their ids, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from authserver.domain.audit_ports import ChainStore, StoredContent

PAGE: Final = 2000


class RecordStream:
    """Reads on where the last `until` ended, inside one transaction."""

    def __init__(
        self, chain: ChainStore, after_id: int, last_id: int, on_page: Callable[[], None]
    ) -> None:
        """Records in `after_id < id <= last_id`; `on_page` is called after each page."""
        self._chain = chain
        self._after_id = after_id
        self._last_id = last_id
        self._on_page = on_page
        self._page: Sequence[StoredContent] = ()
        self._place = 0
        self._is_complete = False

    def until(self, last_id: int) -> Iterator[StoredContent]:
        """The next records with `id <= last_id`."""
        while True:
            while self._place < len(self._page):
                stored = self._page[self._place]
                if stored.record_id > last_id:
                    return
                self._place += 1
                yield stored
            if self._is_complete:
                return
            self._page = self._chain.contents(self._after_id, self._last_id, PAGE)
            self._place = 0
            self._is_complete = len(self._page) < PAGE
            if self._page:
                self._after_id = self._page[-1].record_id
            self._on_page()
