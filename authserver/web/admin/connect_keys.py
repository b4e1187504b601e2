"""`/admin/connect-keys`: who signs calls to sites as one of our clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.connect_keys import ConnectKeyKind
from authserver.domain.roles import Area, to_read, to_write
from authserver.services.audit_searches import SearchTerms
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.short_lists import page_of
from authserver.web.admin.showing import show, what_happened
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.written_names import name_as_segment, name_in_segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask import Response

    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.ports import Clock
    from authserver.services.audit import AuditService
    from authserver.services.connect_keys import ConnectKeys
    from authserver.web.admin.cells import Value
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

CONNECT_KEYS: Final = "/connect-keys"
READ: Final = to_read(Area.RESOURCES)
WRITE: Final = to_write(Area.RESOURCES)
LOOKED_AT: Final = 100
"""Decisions among which the last use of a key is looked for."""
KINDS: Final[Mapping[ConnectKeyKind, Text]] = {
    ConnectKeyKind.SHARED_SECRET: _l("a shared secret (HS256)"),
    ConnectKeyKind.KEY_SET: _l("a key of its set (RS256)"),
}
DONE: Final[Mapping[str, Text]] = {
    "added": _l("The app may sign calls to the site from now on."),
    "rotated": _l("Its calls are verified with the new one from now on."),
    "disabled": _l("The key is disabled: calls that it signs are refused."),
    "enabled": _l("The key is enabled: calls that it signs count again."),
    "removed": _l("The key is removed, with its secret."),
}


def connect_path(key: ConnectKey) -> str:
    """Where one key is, below /admin: an issuer may hold anything, and is written otherwise."""
    return f"{CONNECT_KEYS}/{key.resource}/{name_as_segment(key.issuer)}"


def state_of(key: ConnectKey) -> str:
    """Its state in the words of `cells`."""
    return "enabled" if key.is_enabled else "disabled"


LISTING: Final[Listing[ConnectKey]] = Listing(
    name="connect-keys",
    path=CONNECT_KEYS,
    columns=(
        Column(
            "issuer",
            _l("App (iss)"),
            lambda key: key.issuer,
            Kind.CODE,
            is_sortable=True,
            link=connect_path,
        ),
        Column(
            "resource",
            _l("Site"),
            lambda key: key.resource,
            Kind.CODE,
            is_sortable=True,
            link=lambda key: f"/resources/{key.resource}",
        ),
        Column(
            "client_id",
            _l("Speaks for the client"),
            lambda key: key.client_id,
            Kind.CODE,
            is_sortable=True,
            link=lambda key: f"/clients/{key.client_id}",
        ),
        Column("status", _l("State"), state_of, Kind.STATE, is_sortable=True),
        Column("kind", _l("Signs with"), lambda key: str(KINDS[key.kind]), is_sortable=True),
        Column("scopes", _l("Scopes"), lambda key: sorted(key.scopes), Kind.NAMES),
        Column(
            "changed_at", _l("Changed"), lambda key: key.changed_at, Kind.MOMENT, is_sortable=True
        ),
        Column(
            "created_at", _l("Registered"), lambda k: k.created_at, Kind.MOMENT, only_in_file=True
        ),
    ),
    key=lambda key: key.context,
    filters=(
        Filter("status", _l("State"), [(each, WORDS[each]) for each in ("enabled", "disabled")]),
        Filter("kind", _l("Signs with"), [(str(kind), word) for kind, word in KINDS.items()]),
    ),
    search_hint=_l("app, site or client"),
)


@dataclass(frozen=True, slots=True)
class ConnectKeyLists:
    """Shows the keys of Connect apps, and each by itself."""

    keys: ConnectKeys
    audit: AuditService
    cursors: Cursors
    clock: Clock

    def list(self, who: Administrator) -> Response:
        """GET /admin/connect-keys."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Keys of Connect apps"),
            lead=_(
                "Atlassian Connect apps and custom integrations sign each call with a key of "
                "theirs. Atlassian ends Connect: for what is to stay, give out API tokens or "
                "client credentials."
            ),
            empty=_("No app signs calls here."),
            new=(_("Add a key"), f"{CONNECT_KEYS}/-/new", WRITE),
            done=what_happened(DONE),
        )

    def show(self, who: Administrator, resource: str, key: str) -> Response:
        """GET /admin/connect-keys/<resource>/<key>."""
        found = self.keys.get(resource, name_in_segment(key))
        return show(
            "admin/connect_key.html",
            title=found.issuer,
            crumbs=[(_("Keys of Connect apps"), CONNECT_KEYS)],
            key=found,
            path=connect_path(found),
            facts=self._facts(found),
            used_at=self._last_use(found) if who.may(to_read(Area.AUDIT)) else None,
            looked_at=LOOKED_AT,
            done=what_happened(DONE),
        )

    def _facts(self, key: ConnectKey) -> Sequence[tuple[str, Value, str]]:
        overlaps = key.sealed_before and self.clock.now() < key.before_until
        return (
            (_("App (iss)"), key.issuer, Kind.CODE),
            (_("Site"), key.resource, Kind.CODE),
            (_("State"), state_of(key), Kind.STATE),
            (_("Speaks for the client"), key.client_id, Kind.CODE),
            (_("Gets at most"), sorted(key.scopes), Kind.NAMES),
            (_("Signs with"), str(KINDS[key.kind]), Kind.TEXT),
            (_("Audience (aud)"), key.audience or _("the site or this server"), Kind.TEXT),
            (_("The secret before ends"), key.before_until if overlaps else None, Kind.MOMENT),
            (_("Registered"), key.created_at, Kind.MOMENT),
            (_("Changed"), key.changed_at, Kind.MOMENT),
        )

    def _last_use(self, key: ConnectKey) -> float | None:
        """When it last opened a call, among the newest decisions about its client."""
        terms = SearchTerms(client=key.client_id, resource=key.resource, action="call.allowed")
        self.audit.catch_up()
        begins = f"connect:{key.resource}:{key.issuer}:"
        for record in self.audit.search(terms, limit=LOOKED_AT).records:
            if record.token_id.startswith(begins):
                return record.at
        return None

    def _page(self, query: ListQuery) -> ListPage[ConnectKey]:
        return page_of(
            self.keys.list(),
            LISTING,
            query,
            searched=lambda key: (key.issuer, key.resource, key.client_id),
            filters={
                "status": lambda key, value: state_of(key) == value,
                "kind": lambda key, value: key.kind == value,
            },
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu, needs = MenuEntry(Section.ACCESS, _l("Connect keys")), frozenset({READ})
        yield ConsolePage(CONNECT_KEYS, "connect_keys", needs, self.list, menu=menu)
        yield ConsolePage(f"{CONNECT_KEYS}/<resource>/<key>", "connect_key", needs, self.show)
