"""`/admin/clients`: all clients, and what can be done with several of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import ClientStatus, GrantType
from authserver.domain.roles import Area, to_read, to_write
from authserver.domain.searches import ClientSearch, ClientSort, SecretSearch
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

    from authserver.domain.clients import Client
    from authserver.domain.ports import Clock
    from authserver.services.long_lists import LongLists
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

CLIENTS: Final = "/clients"
READ: Final = to_read(Area.CLIENTS)
WRITE: Final = to_write(Area.CLIENTS)
SOON: Final = 30 * 86_400
STALE: Final = 90 * 86_400

GRANT_LABELS: Final[Mapping[str, Text]] = {
    GrantType.CLIENT_CREDENTIALS: _l("for itself"),
    GrantType.AUTHORIZATION_CODE: _l("for users"),
    GrantType.DEVICE_CODE: _l("device"),
    GrantType.REFRESH_TOKEN: _l("refresh"),
    GrantType.TOKEN_EXCHANGE: _l("exchange"),
}

DONE: Final[Mapping[str, Text]] = {
    "deleted": _l("The client is deleted, and with it its tokens and secrets."),
    "disable": _l("The clients are disabled: none of their tokens count until they are enabled."),
    "enable": _l("The clients are enabled."),
    **NOTHING_TICKED,
}
"""What the list may say happened."""


def client_path(client: Client) -> str:
    """Where one client is, below /admin."""
    return f"{CLIENTS}/{client.client_id}"


def last_use(client: Client) -> float | None:
    """When one of its secrets was last used; `None` for never, or for a client without any."""
    used = [each.last_used_at for each in client.secrets if each.last_used_at is not None]
    return max(used, default=None)


def grant_names(client: Client) -> list[str]:
    """How it gets tokens, in words."""
    return [str(label) for grant, label in GRANT_LABELS.items() if grant in client.grant_types]


LISTING: Final[Listing[Client]] = Listing(
    name="clients",
    path=CLIENTS,
    columns=(
        Column(
            "client_id",
            _l("Client id"),
            lambda c: c.client_id,
            Kind.CODE,
            is_sortable=True,
            link=client_path,
        ),
        Column("name", _l("Name"), lambda c: c.name),
        Column("status", _l("State"), lambda c: str(c.status), Kind.STATE),
        Column("grants", _l("Gets tokens"), lambda c: ", ".join(grant_names(c))),
        Column("resources", _l("Sites"), lambda c: sorted(c.resources), Kind.NAMES),
        Column("scopes", _l("Scopes"), lambda c: len(c.scopes), Kind.NUMBER),
        Column("last_used_at", _l("Last used"), last_use, Kind.MOMENT),
        Column(
            "created_at", _l("Registered"), lambda c: c.created_at, Kind.MOMENT, is_sortable=True
        ),
    ),
    key=lambda client: client.client_id,
    filters=(
        Filter(
            "status",
            _l("State"),
            [(str(each), WORDS[each]) for each in (ClientStatus.ENABLED, ClientStatus.DISABLED)],
        ),
        Filter(
            "grant",
            _l("Gets tokens"),
            [(str(grant), label) for grant, label in GRANT_LABELS.items()],
        ),
        Filter(
            "secret",
            _l("Secret"),
            [
                ("live", _l("works now")),
                ("ending", _l("ends within 30 days")),
                ("unused", _l("unused for 90 days")),
            ],
        ),
        Filter(
            "kind", _l("Authenticates"), [("confidential", _l("yes")), ("public", _l("no: public"))]
        ),
        Filter("resource", _l("Site")),
        Filter("scope", _l("Scope")),
    ),
    bulk=(
        Bulk("disable", _l("Disable"), f"{CLIENTS}/-/bulk", WRITE, is_dangerous=True),
        Bulk("enable", _l("Enable"), f"{CLIENTS}/-/bulk", WRITE),
    ),
    search_hint=_l("id, name or contact"),
)


@dataclass(frozen=True, slots=True)
class ClientLists:
    """Shows clients as a list, and as a file."""

    lists: LongLists
    cursors: Cursors
    clock: Clock

    def show(self, who: Administrator) -> Response:
        """GET /admin/clients."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Clients"),
            lead=_("Scripts, apps, CI jobs and agents that get tokens here."),
            empty=_("There is no client yet. Register the first one: it takes a minute."),
            new=(_("Register a client"), f"{CLIENTS}/-/new", WRITE),
            done=what_happened(DONE),
        )

    def _page(self, query: ListQuery) -> ListPage[Client]:
        said = query.filters.get
        status, kind, secret = said("status"), said("kind"), said("secret")
        wanted = ClientSearch(
            text=query.search,
            status=ClientStatus(status) if status else None,
            is_confidential=kind == "confidential" if kind else None,
            grant_type=said("grant"),
            scope=said("scope"),
            resource=said("resource"),
            secret=_secrets(secret, self.clock.now()) if secret else None,
        )
        page = self.lists.clients(wanted, ClientSort(query.sort), piece_of(query))
        return list_page(page, page.items)

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.ACCESS, _l("Clients"))
        yield ConsolePage(CLIENTS, "clients", frozenset({READ}), self.show, menu=menu)


def _secrets(which: str, now: float) -> SecretSearch:
    """Those that work now, and end soon or are unused where that is asked."""
    return SecretSearch(
        now,
        expires_before=now + SOON if which == "ending" else None,
        unused_since=now - STALE if which == "unused" else None,
    )
