"""API tokens, page by page: the `ApiTokenLists` part of the `ApiTokenStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from authserver.domain.searches import ApiTokenSort
from authserver.storage.api_token_filters import conditions
from authserver.storage.api_token_values import token_from
from authserver.storage.paging import Cut, Order
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.search_words import Searched, found_by
from authserver.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from authserver.domain.api_tokens import ApiToken, ApiTokenFilter
    from authserver.domain.pages import Page, Place

_COLUMNS = api_tokens.c
ORDERS: Final = {
    ApiTokenSort.TOKEN_ID: Order((_COLUMNS.token_id,)),
    ApiTokenSort.CREATED: Order((_COLUMNS.created_at, _COLUMNS.token_id)),
    ApiTokenSort.EXPIRES: Order((_COLUMNS.expires_at, _COLUMNS.token_id)),
}


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
        query = select(api_tokens).where(self._mine(api_tokens), *self._asked(wanted))
        cut = Cut(ORDERS[sort], descending, after, limit)
        return cut.page(self._connection, query, token_from)

    def _asked(self, wanted: ApiTokenFilter) -> Sequence[ColumnElement[bool]]:
        """What a filter asks of a row."""
        return [
            *conditions(self._connection, wanted),
            *found_by(
                self._connection,
                self._issuer_id,
                Searched.API_TOKEN,
                _COLUMNS.token_id,
                wanted.text,
            ),
        ]
