"""Identities, page by page: the `IdentityLists` part of the `IdentityStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import false, select

from authserver.domain.identities import IdentityStatus
from authserver.domain.pages import Page, Place, check_limit
from authserver.domain.searches import IdentitySort
from authserver.storage.identity_values import identity_from
from authserver.storage.paging import Order, counted
from authserver.storage.rows.identities import identities
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement

    from authserver.domain.identities import Identity
    from authserver.domain.searches import IdentitySearch

_COLUMNS = identities.c
# The key at the provider is personal data, which no cursor shows: where it alone tells members
# apart, a cursor says how many of them were shown.
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
        order, wanted_rows = ORDERS[sort], check_limit(limit) + 1
        query = select(identities).where(self._mine(identities), *_searched(wanted))
        shown = 0
        if after is not None:
            *place, told = after.fitting(float, str, str, float)
            shown = int(told)
            if not all(is_storable(each) for each in place if isinstance(each, str)):
                return Page([], None)
            query = query.where(order.is_from(place, descending=descending))
        by = (*order.columns, _COLUMNS.subject_key)
        rows = self._connection.execute(
            query.order_by(*(each.desc() if descending else each.asc() for each in by))
            .offset(shown)
            .limit(wanted_rows)
        ).all()
        items = [identity_from(each) for each in rows[:limit]]
        if len(rows) < wanted_rows:
            return Page(items, None)
        places = [order.of(each).values for each in rows[:limit]]
        alike = sum(each == places[-1] for each in places)
        if after is not None and places[-1] == after.values[:-1]:
            alike += shown
        return Page(items, Place((*places[-1], float(alike))))

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
