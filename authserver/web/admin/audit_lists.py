"""`/admin/audit`: the record of what was done, by whom, with what outcome."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Outcome
from authserver.domain.audit_records import Cursor
from authserver.domain.roles import Area, to_read
from authserver.services.audit_searches import SearchTerms
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flask import Response

    from authserver.domain.audit_records import AuditRecord
    from authserver.services.audit import AuditService
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

AUDIT: Final = "/audit"
DECISIONS: Final = "/decisions"
READ: Final = to_read(Area.AUDIT)


def decision_path(record: AuditRecord) -> str:
    """Where all of a record's request stands; empty for what came by no request."""
    return f"{DECISIONS}/{record.request_id}" if record.request_id else ""


def actor_of(record: AuditRecord) -> str:
    """Who acted, with the kind before it."""
    return _named(record.actor_kind, record.actor)


def object_of(record: AuditRecord) -> str:
    """What was acted on: a call for decisions, whose ids are those of the requests."""
    method, path = record.details.get("method"), record.details.get("path")
    if record.object_kind == "decision" and isinstance(path, str):
        return f"{method} {path}"
    return _named(record.object_kind, record.object_id)


def record_facts(record: AuditRecord) -> Sequence[tuple[Text, str | float, str]]:
    """All there is in a record: label, value and kind; details under their own names."""
    facts: list[tuple[Text, str | float, str]] = [
        (_("When"), record.at, Kind.MOMENT),
        (_("What"), record.action, Kind.CODE),
        (_("Outcome"), record.outcome, Kind.STATE),
        (_("Reason"), record.reason, Kind.TEXT),
        (_("By"), actor_of(record), Kind.CODE),
        (_("Client"), record.client_id, Kind.CODE),
        (_("Site"), record.resource, Kind.CODE),
        (_("About"), _named(record.object_kind, record.object_id), Kind.CODE),
        (_("Token"), record.token_id, Kind.CODE),
        (_("From"), record.peer, Kind.CODE),
        (_("Request"), record.request_id, Kind.CODE),
    ]
    facts += [(name.replace("_", " "), _detail(v), "text") for name, v in record.details.items()]
    return facts


LISTING: Final[Listing[AuditRecord]] = Listing(
    name="audit",
    path=AUDIT,
    columns=(
        Column("at", _l("When"), lambda r: r.at, Kind.MOMENT, link=decision_path),
        Column("action", _l("What"), lambda r: r.action, Kind.CODE),
        Column("outcome", _l("Outcome"), lambda r: r.outcome, Kind.STATE),
        Column("reason", _l("Reason"), lambda r: r.reason),
        Column("actor", _l("By"), actor_of, Kind.CODE),
        Column("about", _l("About"), object_of),
        Column("client", _l("Client"), lambda r: r.client_id, Kind.CODE, only_in_file=True),
        Column("resource", _l("Site"), lambda r: r.resource, only_in_file=True),
        Column("peer", _l("From"), lambda r: r.peer, Kind.CODE),
        Column("request_id", _l("Request"), lambda r: r.request_id, Kind.CODE, only_in_file=True),
    ),
    key=lambda record: str(record.record_id),
    filters=(
        Filter("action", _l("What"), hint="token, client.created"),
        Filter("outcome", _l("Outcome"), [(str(each), WORDS[each]) for each in Outcome]),
        Filter("since", _l("Since"), hint="2h, 7d, 2027-01-15T08:00Z"),
        Filter("actor", _l("By"), hint=_l("subject or client id")),
        Filter("client", _l("Client")),
        Filter("resource", _l("Site")),
        Filter("object", _l("About"), hint="user:…, incident:…"),
        Filter("token", _l("Token")),
        Filter("reason", _l("Reason")),
        Filter("until", _l("Until"), hint="1h"),
    ),
    search_hint=_l("request or decision number"),
)


@dataclass(frozen=True, slots=True)
class AuditLists:
    """Shows records as a list, and as a file."""

    audit: AuditService
    cursors: Cursors

    def show(self, who: Administrator) -> Response:
        """GET /admin/audit."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Audit records"),
            lead=_("Who did what, when, from where, and with what outcome. The newest come first."),
            empty=_("Nothing is on record yet."),
        )

    def _page(self, query: ListQuery) -> ListPage[AuditRecord]:
        said = query.filters.get
        terms = SearchTerms(
            since=said("since", ""),
            until=said("until", ""),
            actor=said("actor", ""),
            client=said("client", ""),
            resource=said("resource", ""),
            action=said("action", ""),
            outcome=said("outcome", ""),
            request_id=query.search,
            token_id=said("token", ""),
            object_name=said("object", ""),
            reason=said("reason", ""),
        )
        before = ""
        if query.after is not None:
            at, record_id = query.after
            before = str(Cursor(float(at or 0), int(record_id or 0)))
        page = self.audit.search(terms, limit=query.limit, cursor=before)
        following = page.next_cursor
        return ListPage(
            page.records, None if following is None else (following.at, following.record_id)
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.RECORDS, _l("Audit records"))
        yield ConsolePage(AUDIT, "audit", frozenset({READ}), self.show, menu=menu)


def _named(kind: str, name: str) -> str:
    return f"{kind}:{name}" if kind and name else kind or name


def _detail(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return "; ".join(map(_detail, value))
    return json.dumps(value, ensure_ascii=False)
