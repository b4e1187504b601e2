"""`/admin/grants`: what users allowed to apps, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.searches import GrantSearch, GrantSort
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Bulk, Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.session_lists import READ, WRITE, state_of
from authserver.web.admin.showing import what_happened
from authserver.web.admin.stored_lists import list_page, piece_of
from authserver.web.admin.ticked import NOTHING_TICKED, Ticked, TickedActs, TickedVerb
from authserver.web.admin.user_lists import user_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.grants import Grant
    from authserver.domain.ports import Clock
    from authserver.services.administration import Act
    from authserver.services.grants import Grants
    from authserver.services.long_lists import LongLists
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

GRANTS: Final = "/grants"
DAY: Final = 86_400
BULK: Final = "grants_bulk"
DONE: Final[Mapping[str, Text]] = {
    BULK: _l("The grants are revoked: no token that came of them is good any more."),
    **NOTHING_TICKED,
}


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One grant, its user's name, and what it is now."""

    grant: Grant
    username: str
    state: str


LISTING: Final[Listing[GrantRow]] = Listing(
    name="grants",
    path=GRANTS,
    columns=(
        Column("user", _l("User"), lambda r: r.username, link=lambda r: user_path(r.grant.subject)),
        Column(
            "client",
            _l("Client"),
            lambda r: r.grant.client_id,
            Kind.CODE,
            link=lambda r: f"/clients/{r.grant.client_id}",
        ),
        Column("status", _l("State"), lambda r: r.state, Kind.STATE),
        Column("scopes", _l("Scopes"), lambda r: sorted(r.grant.scopes), Kind.NAMES),
        Column("resource", _l("Site"), lambda r: r.grant.resource),
        Column("last_used_at", _l("Last used"), lambda r: r.grant.last_used_at, Kind.MOMENT),
        Column(
            "created_at", _l("Since"), lambda r: r.grant.created_at, Kind.MOMENT, is_sortable=True
        ),
        Column(
            "expires_at", _l("Ends"), lambda r: r.grant.expires_at, Kind.MOMENT, is_sortable=True
        ),
    ),
    key=lambda row: row.grant.grant_id,
    filters=(
        Filter("client", _l("Client")),
        Filter("status", _l("State"), [("live", WORDS["live"])]),
        Filter("resource", _l("Site")),
        Filter("ends", _l("Ends"), [("30d", _l("within 30 days"))]),
        Filter("unused", _l("Unused"), [("90d", _l("for 90 days"))]),
    ),
    search_hint=_l("user name"),
    bulk=(Bulk("revoke", _l("Revoke"), f"{GRANTS}/-/bulk", WRITE, is_dangerous=True),),
    descending=True,
)


@dataclass(frozen=True, slots=True)
class GrantLists:
    """Shows grants as a list and as a file, and ends them."""

    visits: Visits
    lists: LongLists
    grants: Grants
    clock: Clock
    cursors: Cursors

    def show(self, who: Administrator) -> Response:
        """GET /admin/grants."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Grants"),
            lead=_("What users allowed to apps. With a grant end all tokens that came of it."),
            empty=_("No user has allowed anything to an app yet."),
            done=what_happened(DONE),
        )

    def _page(self, query: ListQuery) -> ListPage[GrantRow]:
        now, said = self.clock.now(), query.filters.get
        user, ends, unused = query.search, said("ends"), said("unused")
        wanted = GrantSearch(
            client_id=said("client"),
            resource=said("resource"),
            subject=self.lists.subject_of(user) if user else None,
            live_at=now if said("status") or ends or unused else None,
            expires_before=now + 30 * DAY if ends else None,
            unused_since=now - 90 * DAY if unused else None,
        )
        page = self.lists.grants(wanted, GrantSort(query.sort), piece_of(query))
        names = self.lists.called(each.subject for each in page.items)
        rows = [GrantRow(each, names[each.subject], state_of(each, now)) for each in page.items]
        return list_page(page, rows)

    def _found(self, keys: Sequence[str]) -> Sequence[Ticked]:
        found = [each for key in keys for each in self.grants.list(GrantFilter(grant_id=key))]
        names = self.lists.called(each.subject for each in found)
        return [Ticked(each.grant_id, f"{names[each.subject]}: {each.client_id}") for each in found]

    def _end(self, grant_id: str, act: Act) -> None:
        self.grants.end(GrantFilter(grant_id=grant_id), GrantEnd.REVOKED_BY_ADMINISTRATOR, act)

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.PEOPLE, _l("Grants"))
        yield ConsolePage(GRANTS, "grants", frozenset({READ}), self.show, menu=menu)
        verb = TickedVerb(
            BULK,
            plural("Revoke %(num)s grant?", "Revoke %(num)s grants?"),
            _l("No token that came of it is good any more. The app may ask the user again."),
            _l("Revoke"),
            self._end,
        )
        yield from TickedActs(
            self.visits, GRANTS, BULK, frozenset({READ, WRITE}), _l("Grants"), self._found, [verb]
        ).pages()
