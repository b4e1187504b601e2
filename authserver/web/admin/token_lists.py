"""`/admin/tokens`: API tokens, found by whatever is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import ApiToken, ApiTokenFilter, ApiTokenStatus, SubjectType
from authserver.domain.roles import Area, to_read, to_write
from authserver.domain.searches import ApiTokenSort
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Bulk, Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.showing import what_happened
from authserver.web.admin.stored_lists import list_page, piece_of
from authserver.web.admin.ticked import NOTHING_TICKED
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response

    from authserver.domain.ports import Clock
    from authserver.services.long_lists import LongLists
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

TOKENS: Final = "/tokens"
READ: Final = to_read(Area.TOKENS)
WRITE: Final = to_write(Area.TOKENS)
DAY: Final = 86_400
_LIVE: Final = "live"
_DAYS: Final = (7, 30, 90, 365)
_ENDS: Final[Mapping[int, Text]] = {
    7: _l("within 7 days"),
    30: _l("within 30 days"),
    90: _l("within 90 days"),
    365: _l("within a year"),
}
_UNUSED: Final[Mapping[int, Text]] = {
    7: _l("for 7 days"),
    30: _l("for 30 days"),
    90: _l("for 90 days"),
    365: _l("for a year"),
}
KIND_WORDS: Final[Mapping[SubjectType, Text]] = {
    SubjectType.USER: _l("a user"),
    SubjectType.SERVICE: _l("a service"),
}
DONE: Final[Mapping[str, Text]] = {
    "disable": _l("The tokens are disabled: they count nowhere until they are enabled again."),
    "enable": _l("The tokens are enabled."),
    "revoke": _l("The tokens are revoked. They never work again."),
    **NOTHING_TICKED,
}


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token with its owner's user name, and what it is now, its end in time included."""

    token: ApiToken
    owner: str
    status: str


def token_path(token_id: str) -> str:
    """Where one token is, below /admin."""
    return f"{TOKENS}/{token_id}"


def called(token: ApiToken) -> str:
    """What people know a token by."""
    return token.name or token.purpose


LISTING: Final[Listing[TokenRow]] = Listing(
    name="tokens",
    path=TOKENS,
    columns=(
        Column("purpose", _l("What for"), lambda r: called(r.token), link=lambda r: _path(r.token)),
        Column("owner", _l("Belongs to"), lambda r: r.owner, Kind.CODE),
        Column("status", _l("State"), lambda r: r.status, Kind.STATE),
        Column("resources", _l("Sites"), lambda r: sorted(r.token.resources), Kind.NAMES),
        Column(
            "scopes",
            _l("Scopes"),
            lambda r: sorted(r.token.scopes),
            Kind.NAMES,
            only_in_file=True,
        ),
        Column(
            "last_used_at",
            _l("Last used"),
            lambda r: r.token.last_use.at if r.token.last_use else None,
            Kind.MOMENT,
        ),
        Column(
            "created_at", _l("Made"), lambda r: r.token.created_at, Kind.MOMENT, is_sortable=True
        ),
        Column(
            "expires_at", _l("Ends"), lambda r: r.token.expires_at, Kind.MOMENT, is_sortable=True
        ),
        Column(
            "token_id",
            _l("Token id"),
            lambda r: r.token.token_id,
            Kind.CODE,
            only_in_file=True,
        ),
    ),
    key=lambda row: row.token.token_id,
    filters=(
        Filter(
            "status",
            _l("State"),
            [(_LIVE, WORDS["live"]), *((str(each), WORDS[each]) for each in ApiTokenStatus)],
        ),
        Filter("owner", _l("Belongs to"), hint=_l("user name")),
        Filter("client", _l("Client")),
        Filter("resource", _l("Site")),
        Filter("scope", _l("Scope")),
        Filter("kind", _l("Speaks for"), [(str(k), label) for k, label in KIND_WORDS.items()]),
        Filter("ends", _l("Ends"), [(f"{days}d", _ENDS[days]) for days in _DAYS]),
        Filter("unused", _l("Unused"), [(f"{days}d", _UNUSED[days]) for days in _DAYS]),
    ),
    bulk=(
        Bulk("disable", _l("Disable"), f"{TOKENS}/-/bulk", WRITE, is_dangerous=True),
        Bulk("enable", _l("Enable"), f"{TOKENS}/-/bulk", WRITE),
        Bulk("revoke", _l("Revoke"), f"{TOKENS}/-/bulk", WRITE, is_dangerous=True),
    ),
    search_hint=_l("name, purpose, team or ticket"),
    descending=True,
)


@dataclass(frozen=True, slots=True)
class TokenLists:
    """Shows API tokens as a list, and as a file."""

    lists: LongLists
    clock: Clock
    cursors: Cursors

    def show(self, who: Administrator) -> Response:
        """GET /admin/tokens."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("API tokens"),
            lead=_("Keys that take the place of passwords in scripts and apps."),
            empty=_("There is no API token yet. People make their own, or you make one for them."),
            others=[(_("Unused tokens"), f"{TOKENS}/-/stale", READ)],
            also=(_("Test a token"), f"{TOKENS}/-/try", WRITE),
            new=(_("Make a token"), f"{TOKENS}/-/new", WRITE),
            done=what_happened(DONE),
        )

    def _page(self, query: ListQuery) -> ListPage[TokenRow]:
        now = self.clock.now()
        page = self.lists.api_tokens(
            self._wanted(query, now), ApiTokenSort(query.sort), piece_of(query)
        )
        names = self.lists.called(each.owner for each in page.items)
        rows = [TokenRow(each, names[each.owner], each.status_at(now)) for each in page.items]
        return list_page(page, rows)

    def _wanted(self, query: ListQuery, now: float) -> ApiTokenFilter:
        said = query.filters.get
        status, owner, kind = said("status"), said("owner"), said("kind")
        ends, unused = said("ends"), said("unused")
        is_live = status == _LIVE or bool(ends)
        return ApiTokenFilter(
            text=query.search,
            status=ApiTokenStatus.ENABLED
            if status == _LIVE
            else (ApiTokenStatus(status) if status else None),
            live_at=now if is_live else None,
            owner=self.lists.subject_of(owner) if owner else None,
            client_id=said("client"),
            resource=said("resource"),
            scope=said("scope"),
            subject_type=SubjectType(kind) if kind else None,
            expires_before=now + _days(ends) * DAY if ends else None,
            unused_since=now - _days(unused) * DAY if unused else None,
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.ACCESS, _l("API tokens"))
        yield ConsolePage(TOKENS, "tokens", frozenset({READ}), self.show, menu=menu)


def _path(token: ApiToken) -> str:
    return token_path(token.token_id)


def _days(choice: str) -> int:
    return int(choice.removesuffix("d"))
