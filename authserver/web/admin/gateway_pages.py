"""`/admin/gateways`: the proxies that ask about every call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.gateways import SessionCookies
from authserver.domain.resources import ResourceStatus
from authserver.domain.roles import Area, to_read, to_write
from authserver.services.dashboard_credentials import is_ending, is_unused
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.short_lists import page_of
from authserver.web.admin.showing import show, what_happened
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response

    from authserver.domain.gateways import Gateway
    from authserver.domain.ports import Clock
    from authserver.services.gateways import Gateways
    from authserver.services.resources import Resources
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

GATEWAYS: Final = "/gateways"
COOKIES: Final[Mapping[SessionCookies, Text]] = {
    SessionCookies.BLOCK: _l("blocked"),
    SessionCookies.OBSERVE: _l("allowed and marked"),
    SessionCookies.ALLOW: _l("allowed"),
}


DONE: Final[Mapping[str, Text]] = {
    "changed": _l("The gateway is changed. It counts everywhere already, without a reload."),
    "removed": _l("The gateway is removed: its keys are worth nothing any more."),
}


def gateway_path(gateway: Gateway) -> str:
    """Where one gateway is, below /admin."""
    return f"{GATEWAYS}/{gateway.name}"


def last_use(gateway: Gateway) -> float | None:
    """When one of its keys was last used."""
    used = [each.last_used_at for each in gateway.keys if each.last_used_at is not None]
    return max(used, default=None)


def has_keys(gateway: Gateway, which: str, now: float) -> bool:
    """Whether it has live keys, or some that end soon (`ending`), or were not used for long."""
    live = gateway.live_keys(now)
    if which == "ending":
        return is_ending(live, now)
    return is_unused(live, now) if which == "unused" else bool(live)


LISTING: Final[Listing[Gateway]] = Listing(
    name="gateways",
    path=GATEWAYS,
    columns=(
        Column(
            "name", _l("Name"), lambda g: g.name, Kind.CODE, is_sortable=True, link=gateway_path
        ),
        Column(
            "resource",
            _l("Site"),
            lambda g: g.resource,
            Kind.CODE,
            is_sortable=True,
            link=lambda g: f"/resources/{g.resource}",
        ),
        Column(
            "session_cookies",
            _l("Browser sessions"),
            lambda g: str(COOKIES[g.session_cookies]),
            is_sortable=True,
        ),
        Column("keys", _l("Keys"), lambda g: len(g.keys), Kind.NUMBER),
        Column("last_used_at", _l("Last asked"), last_use, Kind.MOMENT, is_sortable=True),
        Column(
            "created_at", _l("Registered"), lambda g: g.created_at, Kind.MOMENT, is_sortable=True
        ),
    ),
    key=lambda gateway: gateway.name,
    filters=(
        Filter(
            "session_cookies",
            _l("Browser sessions"),
            [(str(value), label) for value, label in COOKIES.items()],
        ),
        Filter(
            "key",
            _l("Keys"),
            [
                ("live", WORDS["live"]),
                ("ending", _l("end within 30 days")),
                ("unused", _l("unused for 90 days")),
            ],
        ),
    ),
    search_hint=_l("name or site"),
)


@dataclass(frozen=True, slots=True)
class GatewayPages:
    """Shows gateways."""

    gateways: Gateways
    resources: Resources
    cursors: Cursors
    clock: Clock

    def list(self, who: Administrator) -> Response:
        """GET /admin/gateways."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Gateways"),
            lead=_("The proxies in front of the sites: they ask here about every call."),
            empty=_("No gateway is registered yet: calls to the sites are not decided here."),
            new=(_("Register a gateway"), f"{GATEWAYS}/-/new", to_write(Area.RESOURCES)),
            done=what_happened(DONE),
        )

    def show(self, who: Administrator, name: str) -> Response:
        """GET /admin/gateways/<name>."""
        del who
        gateway, now = self.gateways.get(name), self.clock.now()
        sites = {each.name: str(each.status) for each in self.resources.list()}
        status = sites.get(gateway.resource, str(ResourceStatus.DELETED))
        return show(
            "admin/gateway.html",
            title=gateway.name,
            crumbs=[(_("Gateways"), GATEWAYS)],
            gateway=gateway,
            path=gateway_path(gateway),
            facts=[
                (_("Browser sessions"), str(COOKIES[gateway.session_cookies]), Kind.TEXT),
                (_("Last asked"), last_use(gateway), Kind.MOMENT),
                (_("Registered"), gateway.created_at, Kind.MOMENT),
            ],
            site_status=status,
            keys=[(each, each.is_live(now)) for each in gateway.keys],
            done=what_happened(DONE),
        )

    def _page(self, query: ListQuery) -> ListPage[Gateway]:
        return page_of(
            self.gateways.list(),
            LISTING,
            query,
            searched=lambda gateway: (gateway.name, gateway.resource),
            filters={
                "session_cookies": lambda gateway, value: gateway.session_cookies == value,
                "key": lambda gateway, value: has_keys(gateway, value, self.clock.now()),
            },
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.ACCESS, _l("Gateways"))
        needs = frozenset({to_read(Area.RESOURCES)})
        yield ConsolePage(GATEWAYS, "gateways", needs, self.list, menu=menu)
        yield ConsolePage(f"{GATEWAYS}/<name>", "gateway", needs, self.show)
