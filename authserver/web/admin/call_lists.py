"""`/admin/calls`: how often who called what, how, and with what outcome, hour by hour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.call_counts import HOUR_SECONDS, CallSearch
from authserver.services.counted_calls import ALL_LEGACY, OUTCOMES, WAY_NAMES, CallTerms
from authserver.web.admin.audit_lists import READ
from authserver.web.admin.call_links import CALLS, records_of
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.stored_lists import list_page, piece_of
from authserver.web.admin.user_lists import user_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

    from authserver.domain.call_counts import CallKey, CallTotal
    from authserver.services.counted_calls import CountedCalls, NamedCount
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text


def records_path(row: NamedCount) -> str:
    """The records of these calls, and of whatever else the client had answered alike by then."""
    key = row.count.key
    behind = CallSearch(
        key.hour,
        key.hour + HOUR_SECONDS,
        resource=key.resource,
        outcome=key.outcome,
        reason=key.reason,
        client_id=key.client_id,
    )
    return records_of(behind)


def user_of(key: CallKey) -> str:
    """For whom a client called; empty where it spoke for itself."""
    return "" if key.subject == f"client:{key.client_id}" else key.subject


LISTING: Final[Listing[NamedCount]] = Listing(
    name="calls",
    path=CALLS,
    columns=(
        Column(
            "hour",
            _l("Hour"),
            lambda r: r.count.key.hour,
            Kind.MOMENT,
            is_sortable=True,
            link=records_path,
        ),
        Column("calls", _l("Calls"), lambda r: r.count.calls, Kind.NUMBER),
        Column("resource", _l("Site"), lambda r: r.site or r.count.key.resource),
        Column("way", _l("Way"), lambda r: r.count.key.way, Kind.CODE),
        Column(
            "client",
            _l("Client"),
            lambda r: r.count.key.client_id,
            Kind.CODE,
            link=lambda r: f"/clients/{r.count.key.client_id}" if r.count.key.client_id else "",
        ),
        Column(
            "user",
            _l("User"),
            lambda r: r.username or user_of(r.count.key),
            link=lambda r: user_path(r.count.key.subject) if r.username else "",
        ),
        Column("outcome", _l("Outcome"), lambda r: r.count.key.outcome, Kind.STATE),
        Column("reason", _l("Reason"), lambda r: r.count.key.reason),
    ),
    key=lambda row: "/".join(map(str, row.count.key)),
    filters=(
        Filter(
            "way",
            _l("Way"),
            [(each, _l("all legacy ways") if each == ALL_LEGACY else each) for each in WAY_NAMES],
        ),
        Filter("outcome", _l("Outcome"), [(each, WORDS[each]) for each in OUTCOMES]),
        Filter("since", _l("Since"), hint="2h, 7d, 2027-01-15T08:00Z"),
        Filter("client", _l("Client"), hint=_l("- for none")),
        Filter("resource", _l("Site")),
        Filter("reason", _l("Reason")),
        Filter("until", _l("Until"), hint="1h"),
    ),
    search_hint=_l("user name, or - for none"),
    descending=True,
)


@dataclass(frozen=True, slots=True)
class CallLists:
    """Shows counts as a list, and as a file."""

    calls: CountedCalls
    cursors: Cursors

    def show(self, who: Administrator) -> Response:
        """GET /admin/calls."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Calls"),
            lead=_("How often who called what. An hour leads to the records of its calls."),
            empty=_("Nobody has called yet."),
        )

    def _page(self, query: ListQuery) -> ListPage[NamedCount]:
        found = self.calls.find(CallTerms(user=query.search, **query.filters), piece_of(query))
        return replace(list_page(found.page, found.page.items), note=_told(found.total))

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        menu = MenuEntry(Section.RECORDS, _l("Calls"))
        yield ConsolePage(CALLS, "calls", frozenset({READ}), self.show, menu=menu)


def _told(total: CallTotal) -> Text:
    if total.is_whole:
        words = ngettext("%(num)s call fits.", "%(num)s calls fit.", total.calls)
    else:
        words = _("More than %(num)s calls fit.")
    return words % {"num": total.calls}
