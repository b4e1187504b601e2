"""`/admin/resources`: the sites that tokens are for, and what stands before them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import ResourceKind, ResourceStatus
from authserver.domain.roles import ROLES_WRITE, Area, to_read, to_write
from authserver.domain.searches import ClientSearch, ClientSort
from authserver.services.long_lists import Piece
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.gateway_pages import gateway_path
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.short_lists import page_of
from authserver.web.admin.showing import show, what_happened
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response

    from authserver.domain.clients import Client
    from authserver.domain.pages import Page
    from authserver.domain.ports import Clock
    from authserver.domain.resources import ProtectedResource
    from authserver.services.gateways import Gateways
    from authserver.services.hand_overs import HandOvers
    from authserver.services.long_lists import LongLists
    from authserver.services.resources import Resources
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

RESOURCES: Final = "/resources"
READ: Final = to_read(Area.RESOURCES)
WRITE: Final = to_write(Area.RESOURCES)
FIRST_CLIENTS: Final = 20
KINDS: Final[Mapping[ResourceKind, Text]] = {
    ResourceKind.JIRA_DC: "Jira Data Center",
    ResourceKind.JIRA_CLOUD: "Jira Cloud",
    ResourceKind.CONFLUENCE_DC: "Confluence Data Center",
    ResourceKind.CONFLUENCE_CLOUD: "Confluence Cloud",
    ResourceKind.AUTHSERVER: _l("This server's own interface"),
}
WAYS: Final[Mapping[HandOverKind, Text]] = {
    HandOverKind.SERVICE_CREDENTIAL: _l("With one credential of the site's, whoever calls"),
    HandOverKind.IDENTITY_HEADER: _l("As the caller's own account, named in a header"),
    HandOverKind.ASSERTION: _l("As the caller's own account, named in a signed assertion"),
}
"""How a call arrives."""


DONE: Final[Mapping[str, Text]] = {
    "changed": _l("The site is changed."),
    "enabled": _l("The site is started."),
    "deleted": _l("The site is deleted for ever."),
    "arrives": _l("Calls arrive like this from now on."),
    "arrives-not": _l("No call with a token comes through to the site any more."),
}


def site_path(site: ProtectedResource) -> str:
    """Where one site is, below /admin."""
    return f"{RESOURCES}/{site.name}"


def site_crumbs(site: ProtectedResource) -> list[tuple[str, str]]:
    """The way to a page below a site's."""
    return [(_("Sites"), RESOURCES), (site.name, site_path(site))]


LISTING: Final[Listing[ProtectedResource]] = Listing(
    name="resources",
    path=RESOURCES,
    columns=(
        Column("name", _l("Name"), lambda s: s.name, Kind.CODE, is_sortable=True, link=site_path),
        Column("kind", _l("Kind"), lambda s: str(KINDS[s.kind]), is_sortable=True),
        Column("status", _l("State"), lambda s: str(s.status), Kind.STATE, is_sortable=True),
        Column("identifier", _l("Identifier (audience)"), lambda s: s.identifier, Kind.CODE),
        Column(
            "created_at",
            _l("Registered"),
            lambda s: s.created_at,
            Kind.MOMENT,
            is_sortable=True,
        ),
    ),
    key=lambda site: site.name,
    filters=(
        Filter("kind", _l("Kind"), [(str(kind), label) for kind, label in KINDS.items()]),
        Filter(
            "status",
            _l("State"),
            [
                (str(each), WORDS[each])
                for each in (ResourceStatus.ENABLED, ResourceStatus.DISABLED)
            ],
        ),
    ),
    search_hint=_l("name or address"),
)


@dataclass(frozen=True, slots=True)
class SitePages:
    """Shows sites."""

    resources: Resources
    hand_overs: HandOvers
    gateways: Gateways
    lists: LongLists
    cursors: Cursors
    clock: Clock

    def list(self, who: Administrator) -> Response:
        """GET /admin/resources."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Sites"),
            lead=_("The Jira and Confluence sites that tokens are for."),
            empty=_("No site is registered yet: tokens are for sites."),
            new=(_("Register a site"), f"{RESOURCES}/-/new", WRITE),
            done=what_happened(DONE),
        )

    def show(self, who: Administrator, name: str) -> Response:
        """GET /admin/resources/<name>."""
        site = self.resources.get(name)
        now = self.clock.now()
        touches = who.may(WRITE) and (site.is_site or who.may(ROLES_WRITE))
        return show(
            "admin/site.html",
            title=site.name,
            site=site,
            path=site_path(site),
            may=touches,
            hand_over=self.hand_overs.get(name) if site.is_site else None,
            arrives_as=WAYS,
            done=what_happened(DONE),
            crumbs=[(_("Sites"), RESOURCES)],
            facts=[
                (_("Name"), site.name, Kind.CODE),
                (_("Kind"), str(KINDS[site.kind]), Kind.TEXT),
                (_("State"), str(site.status), Kind.STATE),
                (_("Identifier (audience)"), site.identifier, Kind.CODE),
                (_("Answers at"), site.url, Kind.CODE),
                (_("Context path"), site.context_path, Kind.CODE),
                (_("Its tokens are signed with"), site.signing_algorithm, Kind.CODE),
                (_("Registered"), site.created_at, Kind.MOMENT),
            ],
            credentials=[(each.secret, each.secret.is_live(now)) for each in site.credentials],
            gateways=[
                (each.name, gateway_path(each))
                for each in self.gateways.list()
                if each.resource == name
            ],
            clients=self._clients_of(name) if who.may(to_read(Area.CLIENTS)) else None,
            all_clients=f"/clients?{urlencode({'resource': name})}",
        )

    def _clients_of(self, name: str) -> Page[Client]:
        """The first of them; a link leads to all."""
        wanted = ClientSearch(resource=name)
        return self.lists.clients(
            wanted, ClientSort.CLIENT_ID, Piece(None, FIRST_CLIENTS, descending=False)
        )

    def _page(self, query: ListQuery) -> ListPage[ProtectedResource]:
        return page_of(
            self.resources.list(),
            LISTING,
            query,
            searched=lambda site: (site.name, site.identifier, site.url),
            filters={
                "kind": lambda site, value: site.kind == value,
                "status": lambda site, value: site.status == value,
            },
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.ACCESS, _l("Sites"))
        needs = frozenset({READ})
        yield ConsolePage(RESOURCES, "resources", needs, self.list, menu=menu)
        yield ConsolePage(f"{RESOURCES}/<name>", "resource", needs, self.show)
