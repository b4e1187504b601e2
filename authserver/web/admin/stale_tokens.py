"""`/admin/tokens/-/stale`: tokens that nobody uses, and what is done about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.services.api_token_disuse import idle_since
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Bulk, Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.stored_lists import list_page, place_of
from authserver.web.admin.token_lists import READ, TOKENS, WRITE, called, token_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response

    from authserver.domain.api_tokens import ApiToken
    from authserver.services.api_token_disuse import ApiTokenDisuse
    from authserver.services.long_lists import LongLists
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

STALE: Final = f"{TOKENS}/-/stale"
DAY: Final = 86_400
USUAL: Final = "90d"
PERIODS: Final[Mapping[str, Text]] = {
    "7d": _l("7 days"),
    "30d": _l("30 days"),
    USUAL: _l("90 days"),
    "180d": _l("half a year"),
    "365d": _l("a year"),
}
MOST_LOOKS: Final = 20
"""A look may find nobody, for those are left out that were enabled lately."""


@dataclass(frozen=True, slots=True)
class StaleRow:
    """One token with its owner's user name."""

    token: ApiToken
    owner: str


LISTING: Final[Listing[StaleRow]] = Listing(
    name="stale-tokens",
    path=STALE,
    columns=(
        Column(
            "purpose",
            _l("What for"),
            lambda r: called(r.token),
            link=lambda r: token_path(r.token.token_id),
        ),
        Column("owner", _l("Belongs to"), lambda r: r.owner, Kind.CODE),
        Column("team", _l("Team"), lambda r: r.token.team),
        Column("idle_since", _l("Unused since"), lambda r: idle_since(r.token), Kind.MOMENT),
        Column(
            "last_used_at",
            _l("Last used"),
            lambda r: r.token.last_use.at if r.token.last_use else None,
            Kind.MOMENT,
        ),
        Column("expires_at", _l("Ends"), lambda r: r.token.expires_at, Kind.MOMENT),
        Column(
            "token_id", _l("Token id"), lambda r: r.token.token_id, Kind.CODE, only_in_file=True
        ),
    ),
    key=lambda row: row.token.token_id,
    filters=(Filter("for", _l("Unused for"), list(PERIODS.items())),),
    bulk=(
        Bulk("disable", _l("Disable"), f"{TOKENS}/-/bulk", WRITE, is_dangerous=True),
        Bulk("revoke", _l("Revoke"), f"{TOKENS}/-/bulk", WRITE, is_dangerous=True),
    ),
)


@dataclass(frozen=True, slots=True)
class StaleTokens:
    """Shows them, page by page."""

    disuse: ApiTokenDisuse
    lists: LongLists
    cursors: Cursors

    def show(self, who: Administrator) -> Response:
        """GET /admin/tokens/-/stale, with `for` the time since when nobody has used them."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Tokens that nobody uses"),
            template="admin/stale_tokens.html",
            crumbs=[(_("API tokens"), TOKENS)],
            periods=PERIODS.items(),
            usual=USUAL,
        )

    def _page(self, query: ListQuery) -> ListPage[StaleRow]:
        if query.search:
            raise InvalidField("q", "nothing: this list cannot be searched")
        seconds = int(query.filters.get("for", USUAL).removesuffix("d")) * DAY
        after = place_of(query)
        for _look in range(MOST_LOOKS):
            page = self.disuse.page(seconds, after, query.limit)
            after = page.next_place
            if page.items or after is None:
                break
        names = self.lists.called(each.owner for each in page.items)
        rows = [StaleRow(each, names[each.owner]) for each in page.items]
        return list_page(page, rows)

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        yield ConsolePage(STALE, "tokens_stale", frozenset({READ}), self.show)
