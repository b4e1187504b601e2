"""`/admin/mails`: what waits to be sent, what was sent, and what was given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.mail import MailKind, MailStatus
from authserver.domain.roles import Area, to_read, to_write
from authserver.domain.searches import MailSearch, MailSort
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Bulk, Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.showing import what_happened
from authserver.web.admin.stored_lists import list_page, piece_of
from authserver.web.admin.ticked import NOTHING_TICKED, Ticked, TickedActs, TickedVerb, there
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.mail import WaitingMail
    from authserver.services.administration import Act
    from authserver.services.long_lists import LongLists
    from authserver.services.mail_administration import MailAdministration
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

MAILS: Final = "/mails"
TEST: Final = f"{MAILS}/-/test"
"""Where `mail_tests` asks whom a mail goes to that says that mail works."""
READ: Final = to_read(Area.MAIL)
WRITE: Final = to_write(Area.MAIL)
BULK: Final = "mails_bulk"
DONE: Final[Mapping[str, Text]] = {
    BULK: _l("The mails are tried within seconds."),
    **NOTHING_TICKED,
}

LISTING: Final[Listing[WaitingMail]] = Listing(
    name="mails",
    path=MAILS,
    columns=(
        Column("to", _l("To"), lambda m: m.to),
        Column("kind", _l("About"), lambda m: str(m.kind), Kind.CODE),
        Column("status", _l("State"), lambda m: str(m.status), Kind.STATE),
        Column("created_at", _l("Made"), lambda m: m.created_at, Kind.MOMENT, is_sortable=True),
        Column("sent_at", _l("Sent"), lambda m: m.sent_at, Kind.MOMENT),
        Column(
            "next_try_at",
            _l("Next try"),
            lambda m: m.next_try_at if m.status is MailStatus.WAITING else None,
            Kind.MOMENT,
        ),
        Column("tries", _l("Tries"), lambda m: m.tries, Kind.NUMBER),
        Column("last_error", _l("What went wrong"), lambda m: m.last_error),
    ),
    key=lambda mail: mail.mail_id,
    filters=(
        Filter("status", _l("State"), [(str(each), WORDS[each]) for each in MailStatus]),
        Filter("kind", _l("About"), [(str(each), str(each)) for each in MailKind]),
    ),
    search_hint=_l("the whole address"),
    bulk=(Bulk("retry", _l("Try again now"), f"{MAILS}/-/bulk", WRITE),),
    descending=True,
)


@dataclass(frozen=True, slots=True)
class MailLists:
    """Shows mails as a list and as a file, and has them tried again."""

    visits: Visits
    lists: LongLists
    mails: MailAdministration
    cursors: Cursors

    def show(self, who: Administrator) -> Response:
        """GET /admin/mails."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Mail"),
            lead=_("What is in a mail is shown to nobody: there may be a link in it."),
            empty=_("No mail was made yet."),
            also=(_("Send a test mail"), TEST, WRITE),
            done=what_happened(DONE),
        )

    def _page(self, query: ListQuery) -> ListPage[WaitingMail]:
        said = query.filters.get
        status, kind = said("status"), said("kind")
        wanted = MailSearch(
            status=MailStatus(status) if status else None,
            kind=MailKind(kind) if kind else None,
            to=query.search or None,
        )
        page = self.lists.mails(wanted, MailSort(query.sort), piece_of(query))
        return list_page(page, page.items)

    def _found(self, keys: Sequence[str]) -> Sequence[Ticked]:
        found = there(self.mails.get, keys)
        return [Ticked(each.mail_id, f"{each.to}: {each.kind}") for each in found]

    def _retry(self, mail_id: str, act: Act) -> None:
        self.mails.retry(mail_id, act)

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.RECORDS, _l("Mail"))
        yield ConsolePage(MAILS, "mails", frozenset({READ}), self.show, menu=menu)
        verb = TickedVerb(
            BULK,
            plural("Try %(num)s mail again?", "Try %(num)s mails again?"),
            _l("Also what was given up is tried, within seconds."),
            _l("Try again now"),
            self._retry,
        )
        yield from TickedActs(
            self.visits, MAILS, BULK, frozenset({READ, WRITE}), _l("Mail"), self._found, [verb]
        ).pages()
