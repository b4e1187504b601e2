"""Clients, page by page, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from authserver.domain.pages import Page, Place
    from authserver.domain.ports import Database
    from authserver.domain.searches import ClientSearch, ClientSort


class ClientLists:
    """Looks clients up for whoever administers."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    def page(
        self,
        wanted: ClientSearch,
        *,
        sort: ClientSort,
        descending: bool,
        after: Place | None,
        limit: int,
    ) -> Page[Client]:
        """Some of those that fit, beginning behind `after`.

        Raises:
            InvalidField: for `cursor`, `after` is another list's.
        """
        with self._database.reading() as stores:
            return stores.clients.page(
                wanted, sort=sort, descending=descending, after=after, limit=limit
            )
