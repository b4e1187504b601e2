"""Identities, page by page: the `IdentityLists` part of the `IdentityStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import false, select

from authserver.domain.identities import IdentityStatus
from authserver.domain.searches import IdentitySort
from authserver.storage.identity_values import identity_from
from authserver.storage.paging import Cut, Order, counted
from authserver.storage.rows.identities import identities
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement

    from authserver.domain.identities import Identity
    from authserver.domain.pages import Page, Place
    from authserver.domain.searches import IdentitySearch

_COLUMNS = identities.c
# The key at the provider is personal data, which no cursor shows. Nobody has two identities at one
# provider that came about at the same microsecond.
_OWNER: Final = (_COLUMNS.subject, _COLUMNS.provider_name)
ORDERS: Final = {
    IdentitySort.CREATED: Order((_COLUMNS.created_at, *_OWNER)),
    IdentitySort.CHECKED: Order((_COLUMNS.last_checked_at, *_OWNER)),
}


class IdentityPages(Store):
    """The lists of linked identities of one transaction."""

    def page(
        self,
        wanted: IdentitySearch,
        *,
        sort: IdentitySort = IdentitySort.CREATED,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Identity]:
        """Those that fit, beginning behind `after`."""
        query = select(identities).where(self._mine(identities), *_searched(wanted))
        cut = Cut(ORDERS[sort], descending, after, limit)
        return cut.page(self._connection, query, identity_from)

    def count(self, wanted: IdentitySearch, at_most: int | None = None) -> int:
        """How many fit, as far as `at_most`."""
        asked = (self._mine(identities), *_searched(wanted))
        return counted(self._connection, identities, asked, at_most)


def _searched(wanted: IdentitySearch) -> Iterator[ColumnElement[bool]]:
    yield _COLUMNS.status == IdentityStatus.LINKED.value
    for column, value in (
        (_COLUMNS.provider_name, wanted.provider),
        (_COLUMNS.subject, wanted.subject),
    ):
        if value is not None:
            yield column == value if is_storable(value) else false()
    if wanted.is_asleep is not None:
        asleep = _COLUMNS.asleep_since
        yield asleep.is_not(None) if wanted.is_asleep else asleep.is_(None)
    if wanted.checked_before is not None:
        yield _COLUMNS.last_checked_at < wanted.checked_before
