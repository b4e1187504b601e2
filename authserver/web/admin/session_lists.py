"""`/admin/sessions`: who is signed in, where, and ending that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.roles import Area, to_read, to_write
from authserver.domain.searches import SessionSearch, SessionSort
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Bulk, Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.showing import what_happened
from authserver.web.admin.stored_lists import list_page, piece_of
from authserver.web.admin.ticked import NOTHING_TICKED, Ticked, TickedActs, TickedVerb
from authserver.web.admin.user_lists import user_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import plural
from authserver.web.sign_in_words import sign_in_of
from authserver.web.user_agents import browser_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.grants import Grant
    from authserver.domain.ports import Clock
    from authserver.domain.sessions import Session
    from authserver.services.administration import Act
    from authserver.services.long_lists import LongLists
    from authserver.services.sessions import Sessions
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

SESSIONS: Final = "/sessions"
READ: Final = to_read(Area.SUPPORT)
WRITE: Final = to_write(Area.SUPPORT)
BULK: Final = "sessions_bulk"
DONE: Final[Mapping[str, Text]] = {
    BULK: _l("The sessions have ended, with what was bound to them."),
    **NOTHING_TICKED,
}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session, its user's name, and what it is now."""

    session: Session
    username: str
    state: str


def state_of(each: Session | Grant, now: float) -> str:
    """What a session or a grant is at `now`, in the words of `cells`."""
    if each.ended_at is not None:
        return "ended"
    return "live" if each.is_live(now) else "expired"


LISTING: Final[Listing[SessionRow]] = Listing(
    name="sessions",
    path=SESSIONS,
    columns=(
        Column(
            "user", _l("User"), lambda r: r.username, link=lambda r: user_path(r.session.subject)
        ),
        Column("status", _l("State"), lambda r: r.state, Kind.STATE),
        Column("signed_in_by", _l("Signed in by"), lambda r: sign_in_of(r.session)),
        Column("peer", _l("From"), lambda r: r.session.peer, Kind.CODE),
        Column(
            "browser",
            _l("Browser"),
            lambda r: browser_in_words(r.session.user_agent),
            whole=lambda r: r.session.user_agent,
        ),
        Column(
            "created_at",
            _l("Since"),
            lambda r: r.session.created_at,
            Kind.MOMENT,
            is_sortable=True,
        ),
        Column("last_seen_at", _l("Last seen"), lambda r: r.session.last_seen_at, Kind.MOMENT),
        Column(
            "expires_at", _l("Ends"), lambda r: r.session.expires_at, Kind.MOMENT, is_sortable=True
        ),
    ),
    key=lambda row: row.session.session_id,
    filters=(Filter("status", _l("State"), [("live", WORDS["live"])]),),
    search_hint=_l("user name"),
    bulk=(Bulk("end", _l("End"), f"{SESSIONS}/-/bulk", WRITE, is_dangerous=True),),
    descending=True,
)


@dataclass(frozen=True, slots=True)
class SessionLists:
    """Shows sessions as a list and as a file, and ends them."""

    visits: Visits
    lists: LongLists
    sessions: Sessions
    clock: Clock
    cursors: Cursors

    def show(self, who: Administrator) -> Response:
        """GET /admin/sessions."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Sessions"),
            lead=_("Users, signed in at browsers."),
            empty=_("Nobody is signed in."),
            done=what_happened(DONE),
        )

    def _page(self, query: ListQuery) -> ListPage[SessionRow]:
        now, user = self.clock.now(), query.search
        wanted = SessionSearch(
            subject=self.lists.subject_of(user) if user else None,
            live_at=now if query.filters.get("status") else None,
        )
        page = self.lists.sessions(wanted, SessionSort(query.sort), piece_of(query))
        names = self.lists.called(each.subject for each in page.items)
        rows = [SessionRow(each, names[each.subject], state_of(each, now)) for each in page.items]
        return list_page(page, rows)

    def _found(self, keys: Sequence[str]) -> Sequence[Ticked]:
        found = [session for key in keys if (session := self.sessions.get(key)) is not None]
        names = self.lists.called(each.subject for each in found)
        return [Ticked(each.session_id, f"{names[each.subject]}, {each.peer}") for each in found]

    def _end(self, session_id: str, act: Act) -> None:
        self.sessions.end(session_id, act)

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.PEOPLE, _l("Sessions"))
        yield ConsolePage(SESSIONS, "sessions", frozenset({READ}), self.show, menu=menu)
        verb = TickedVerb(
            BULK,
            plural("End %(num)s session?", "End %(num)s sessions?"),
            _l("The user has to sign in again. Apps that are bound to it lose their tokens."),
            _l("End"),
            self._end,
        )
        yield from TickedActs(
            self.visits,
            SESSIONS,
            BULK,
            frozenset({READ, WRITE}),
            _l("Sessions"),
            self._found,
            [verb],
        ).pages()
