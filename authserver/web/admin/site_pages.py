"""`/admin/resources`: the sites that tokens are for, and what stands before them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.resources import ResourceKind, ResourceStatus
from authserver.domain.roles import Area, to_read, to_write
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_files import list_file
from authserver.web.admin.lists import (
    Column,
    Filter,
    Listing,
    ListPage,
    ListQuery,
    shelf,
    wants_file,
)
from authserver.web.admin.short_lists import page_of
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response

    from authserver.domain.ports import Clock
    from authserver.domain.resources import ProtectedResource
    from authserver.services.clients import Clients
    from authserver.services.gateways import Gateways
    from authserver.services.resources import Resources
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

RESOURCES: Final = "/resources"
READ: Final = to_read(Area.RESOURCES)
WRITE: Final = to_write(Area.RESOURCES)
KINDS: Final[Mapping[ResourceKind, Text]] = {
    ResourceKind.JIRA_DC: "Jira Data Center",
    ResourceKind.JIRA_CLOUD: "Jira Cloud",
    ResourceKind.CONFLUENCE_DC: "Confluence Data Center",
    ResourceKind.CONFLUENCE_CLOUD: "Confluence Cloud",
    ResourceKind.AUTHSERVER: _l("This server's own interface"),
}


def site_path(site: ProtectedResource) -> str:
    """Where one site is, below /admin."""
    return f"{RESOURCES}/{site.name}"


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
    gateways: Gateways
    clients: Clients
    cursors: Cursors
    clock: Clock

    def list(self, who: Administrator) -> Response:
        """GET /admin/resources."""
        del who
        if wants_file():
            return list_file(LISTING, self.cursors, self._page)
        return show(
            "admin/list.html",
            title=_("Sites"),
            shelf=shelf(LISTING, self.cursors, self._page),
            lead=_("The Jira and Confluence sites that tokens are for."),
            empty=_("No site is registered yet: tokens are for sites."),
            new=(_("Register a site"), f"{RESOURCES}/-/new", WRITE),
        )

    def show(self, who: Administrator, name: str) -> Response:
        """GET /admin/resources/<name>."""
        site = self.resources.get(name)
        now = self.clock.now()
        users = [each for each in self.clients.list() if name in each.resources]
        return show(
            "admin/site.html",
            title=site.name,
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
            gateways=[each for each in self.gateways.list() if each.resource == name],
            clients=users if who.may(to_read(Area.CLIENTS)) else (),
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
