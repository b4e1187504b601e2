"""API tokens, page by page: the `ApiTokenLists` part of the `ApiTokenStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from authserver.domain.searches import ApiTokenSort
from authserver.storage.api_token_filters import conditions
from authserver.storage.api_token_values import token_from
from authserver.storage.paging import Cut, Order, counted
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.search_words import Searched, found_by
from authserver.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from authserver.domain.api_tokens import ApiToken, ApiTokenFilter
    from authserver.domain.pages import Page, Place

_COLUMNS = api_tokens.c
_FEW: Final = 1000
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
        asked = self._asked(
            wanted, by_end=sort is ApiTokenSort.EXPIRES or not self._many_end(wanted)
        )
        query = select(api_tokens).where(self._mine(api_tokens), *asked)
        cut = Cut(ORDERS[sort], descending, after, limit)
        return cut.page(self._connection, query, token_from)

    def _many_end(self, wanted: ApiTokenFilter) -> bool:
        """Whether an end is asked for that many have: a few are sorted in no time."""
        if wanted.expires_before is None and wanted.live_at is None:
            return False
        asked = (self._mine(api_tokens), *self._asked(wanted))
        return counted(self._connection, api_tokens, asked, _FEW + 1) > _FEW

    def _asked(
        self, wanted: ApiTokenFilter, *, by_end: bool = True
    ) -> Sequence[ColumnElement[bool]]:
        """What a filter asks of a row."""
        return [
            *conditions(self._connection, wanted, by_end=by_end),
            *found_by(
                self._connection,
                self._issuer_id,
                Searched.API_TOKEN,
                _COLUMNS.token_id,
                wanted.text,
            ),
        ]
