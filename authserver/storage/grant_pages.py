"""Grants, page by page: the `GrantLists` part of the `GrantStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import false, or_, select

from authserver.domain.grants import Grant, GrantEnd, GrantOrigin
from authserver.domain.searches import GrantSort
from authserver.storage.access_details import details_from
from authserver.storage.json_texts import texts_from
from authserver.storage.paging import Cut, Order, are_named, counted
from authserver.storage.request_parameters import claims_from
from authserver.storage.rows.grants import grants
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Column, ColumnElement, Row

    from authserver.domain.pages import Page, Place
    from authserver.domain.searches import GrantSearch

_COLUMNS = grants.c
ORDERS: Final = {
    GrantSort.CREATED: Order((_COLUMNS.created_at, _COLUMNS.grant_id)),
    GrantSort.EXPIRES: Order((_COLUMNS.valid_until, _COLUMNS.grant_id)),
}
_FEW: Final = 1000
"""Up to so many are named one by one. More stand close to each other in any order, so that a page
is full before many rows were looked at."""
_KEPT: Final[Mapping[GrantSort, Sequence[Column[str]]]] = {
    GrantSort.CREATED: (_COLUMNS.client_id, _COLUMNS.resource_name, _COLUMNS.origin),
    GrantSort.EXPIRES: (),
}
"""Columns whose indexes keep the order."""


class GrantPages(Store):
    """The lists of grants of one transaction."""

    def page(
        self,
        wanted: GrantSearch,
        *,
        sort: GrantSort = GrantSort.CREATED,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Grant]:
        """Those that fit, beginning behind `after`; nothing is locked."""
        asked = self._found(wanted, sort)
        few = are_named(asked, _COLUMNS.grant_id)
        query = select(grants).where(self._mine(grants), *asked)
        cut = Cut(ORDERS[sort], descending, after, limit, few=few)
        return cut.page(self._connection, query, grant_from)

    def count(self, wanted: GrantSearch, at_most: int | None = None) -> int:
        """How many fit, as far as `at_most`."""
        asked = self._found(wanted, None)
        return counted(self._connection, grants, (self._mine(grants), *asked), at_most)

    def _found(self, wanted: GrantSearch, sort: GrantSort | None) -> Sequence[ColumnElement[bool]]:
        """What is asked of a row, with what few have looked for first."""
        is_sqlite = self._connection.dialect.name == "sqlite"
        usable: Collection[Column[str]] | None
        for column, value in _equal(wanted):
            if value and is_storable(value):
                have_it = select(_COLUMNS.grant_id).where(self._mine(grants), column == value)
                found = self._connection.scalars(have_it.limit(_FEW + 1)).all()
                if len(found) <= _FEW:
                    usable = () if is_sqlite else None
                    # Nobody's id is empty: of no ids, a database would look at every row.
                    is_one = _COLUMNS.grant_id.in_(found or [""])
                    return [is_one, *_searched(wanted, usable, by_end=not is_sqlite)]
        usable = None if sort is None or not is_sqlite else _KEPT[sort]
        by_end = not is_sqlite or sort is None or sort is GrantSort.EXPIRES
        return [*_searched(wanted, usable, by_end=by_end)]


def _equal(wanted: GrantSearch) -> Iterator[tuple[Column[str], str]]:
    for column, value in (
        (_COLUMNS.session_id, wanted.session_id),
        (_COLUMNS.subject, wanted.subject),
        (_COLUMNS.client_id, wanted.client_id),
        (_COLUMNS.resource_name, wanted.resource),
        (_COLUMNS.origin, None if wanted.origin is None else wanted.origin.value),
    ):
        if value is not None:
            yield column, value


def _searched(
    wanted: GrantSearch, usable: Collection[Column[str]] | None, *, by_end: bool
) -> Iterator[ColumnElement[bool]]:
    """What is asked of a row; no index of a column that is not `usable` helps, nor of the end.

    Whatever that finds would have to be sorted. SQLite, which does not know how many that are,
    would do it.
    """
    for column, value in _equal(wanted):
        if not is_storable(value):
            yield false()
        elif usable is None or column in set(usable):
            yield column == value
        else:
            yield column.concat("") == value
    end = _COLUMNS.valid_until if by_end else _COLUMNS.valid_until + 0.0
    if wanted.live_at is not None:
        yield _COLUMNS.ended_at.is_(None)
        yield end > wanted.live_at
    if wanted.expires_before is not None:
        yield end < wanted.expires_before
    if wanted.unused_since is not None:
        used = _COLUMNS.last_used_at
        yield _COLUMNS.created_at < wanted.unused_since
        yield or_(used.is_(None), used < wanted.unused_since)


def grant_from(row: Row[Any]) -> Grant:
    """The grant in a row."""
    return Grant(
        grant_id=row.grant_id,
        client_id=row.client_id,
        subject=row.subject,
        audience=row.audience,
        resource=row.resource_name,
        scopes=frozenset(texts_from(row.scopes, "scopes of a grant")),
        origin=GrantOrigin(row.origin),
        session_id=row.session_id,
        session_bound=row.session_bound,
        nonce=row.nonce,
        auth_time=row.auth_time,
        acr=row.acr,
        amr=texts_from(row.amr, "amr of a grant"),
        claims=claims_from(row.claims),
        details=details_from(row.details, "details of a grant"),
        created_at=row.created_at,
        expires_at=row.valid_until,
        last_used_at=row.last_used_at,
        ended_at=row.ended_at,
        end=GrantEnd(row.end_reason) if row.end_reason else None,
    )
