"""API tokens, page by page: the `ApiTokenLists` part of the `ApiTokenStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from authserver.domain.searches import ApiTokenSort
from authserver.storage.api_token_filters import conditions
from authserver.storage.api_token_values import token_from
from authserver.storage.paging import Cut, Order, are_named
from authserver.storage.rare_api_tokens import rare
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.search_words import Searched, found_by
from authserver.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Column, ColumnElement

    from authserver.domain.api_tokens import ApiToken, ApiTokenFilter
    from authserver.domain.pages import Page, Place

_COLUMNS = api_tokens.c
ORDERS: Final = {
    ApiTokenSort.TOKEN_ID: Order((_COLUMNS.token_id,)),
    ApiTokenSort.CREATED: Order((_COLUMNS.created_at, _COLUMNS.token_id)),
    ApiTokenSort.EXPIRES: Order((_COLUMNS.expires_at, _COLUMNS.token_id)),
}
_KEPT: Final = {
    ApiTokenSort.TOKEN_ID: (_COLUMNS.token_id,),
    ApiTokenSort.CREATED: (
        *(_COLUMNS.owner, _COLUMNS.client_id, _COLUMNS.team, _COLUMNS.ticket),
        *(_COLUMNS.status, _COLUMNS.subject_type),
    ),
    ApiTokenSort.EXPIRES: (_COLUMNS.status,),
}
"""Columns whose indexes keep the order."""


class ApiTokenPages(Store):
    """The lists of API tokens of one transaction."""

    def listed(
        self,
        wanted: ApiTokenFilter,
        *,
        sort: ApiTokenSort = ApiTokenSort.CREATED,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[ApiToken]:
        """Those that are meant, beginning behind `after`."""
        asked = self._found(wanted, sort)
        query = select(api_tokens).where(self._mine(api_tokens), *asked)
        few = are_named(asked, _COLUMNS.token_id)
        cut = Cut(ORDERS[sort], descending, after, limit, few=few)
        return cut.page(self._connection, query, token_from)

    def _found(
        self, wanted: ApiTokenFilter, sort: ApiTokenSort | None
    ) -> Sequence[ColumnElement[bool]]:
        """The same as `_asked`, for who only reads: with what few have looked for first."""
        ids = rare(self._connection, self._issuer_id, wanted)
        if ids is not None:
            # Nobody's id is empty: of no ids at all, a database would look at every row.
            is_one = _COLUMNS.token_id.in_(ids or [""])
            return [is_one, *self._asked(wanted, by_end=False, sorted_by=())]
        by_end = sort is None or sort is ApiTokenSort.EXPIRES
        return self._asked(wanted, by_end=by_end, sorted_by=None if sort is None else _KEPT[sort])

    def _asked(
        self,
        wanted: ApiTokenFilter,
        *,
        by_end: bool = True,
        sorted_by: Collection[Column[Any]] | None = None,
    ) -> Sequence[ColumnElement[bool]]:
        """What a filter asks of a row."""
        return [
            *conditions(self._connection, wanted, by_end=by_end, sorted_by=sorted_by),
            *found_by(
                self._connection,
                self._issuer_id,
                Searched.API_TOKEN,
                _COLUMNS.token_id,
                wanted.text,
            ),
        ]
