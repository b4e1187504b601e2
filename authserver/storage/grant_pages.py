"""Grants, page by page: the `GrantLists` part of the `GrantStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import false, or_, select

from authserver.domain.grants import Grant, GrantEnd, GrantOrigin
from authserver.domain.searches import GrantSort
from authserver.storage.access_details import details_from
from authserver.storage.json_texts import texts_from
from authserver.storage.paging import Cut, Order, counted
from authserver.storage.request_parameters import claims_from
from authserver.storage.rows.grants import grants
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Row

    from authserver.domain.pages import Page, Place
    from authserver.domain.searches import GrantSearch

_COLUMNS = grants.c
ORDERS: Final = {
    GrantSort.CREATED: Order((_COLUMNS.created_at, _COLUMNS.grant_id)),
    GrantSort.EXPIRES: Order((_COLUMNS.valid_until, _COLUMNS.grant_id)),
}


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
        query = select(grants).where(self._mine(grants), *_searched(wanted))
        cut = Cut(ORDERS[sort], descending, after, limit)
        return cut.page(self._connection, query, grant_from)

    def count(self, wanted: GrantSearch, at_most: int | None = None) -> int:
        """How many fit, as far as `at_most`."""
        asked = (self._mine(grants), *_searched(wanted))
        return counted(self._connection, grants, asked, at_most)


def _searched(wanted: GrantSearch) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (_COLUMNS.client_id, wanted.client_id),
        (_COLUMNS.subject, wanted.subject),
        (_COLUMNS.resource_name, wanted.resource),
        (_COLUMNS.session_id, wanted.session_id),
    ):
        if value is not None:
            yield column == value if is_storable(value) else false()
    if wanted.origin is not None:
        yield _COLUMNS.origin == wanted.origin.value
    if wanted.live_at is not None:
        yield _COLUMNS.ended_at.is_(None)
        yield _COLUMNS.valid_until > wanted.live_at
    if wanted.expires_before is not None:
        yield _COLUMNS.valid_until < wanted.expires_before
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
