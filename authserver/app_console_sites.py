"""The pages of the console for what is set up: sites, gateways, settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from authserver.redaction import redact
from authserver.services.long_lists import LongLists
from authserver.services.site_holdings import SiteHoldings
from authserver.settings_shown import shown_settings
from authserver.settings_sources import DEFAULT_ORIGIN, declarations
from authserver.web.admin.account_imports import AccountImports
from authserver.web.admin.account_lists import AccountLists
from authserver.web.admin.account_mapping import AccountMapping
from authserver.web.admin.gateway_acts import GatewayActs
from authserver.web.admin.gateway_nginx import GatewayNginx
from authserver.web.admin.gateway_pages import GatewayPages
from authserver.web.admin.settings_pages import SettingLine, SettingsPages
from authserver.web.admin.site_acts import SiteActs
from authserver.web.admin.site_creation import SiteCreation
from authserver.web.admin.site_credentials import SiteCredentials
from authserver.web.admin.site_editing import SiteEditing
from authserver.web.admin.site_hand_overs import SiteHandOvers
from authserver.web.admin.site_pages import SitePages
from authserver.web.cursors import Cursors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.settings import Settings
    from authserver.web.admin.console_pages import ConsolePage
    from authserver.web.visits import Visits
    from authserver.wiring import Container


def site_pages(visits: Visits, container: Container) -> Iterator[ConsolePage]:
    """Sites and gateways: their rows of the table of pages."""
    cursors, resources, clock = Cursors(container.digester), container.resources, container.clock
    hand_overs = container.hand_overs
    yield from SitePages(
        resources=resources,
        hand_overs=hand_overs,
        gateways=container.gateways,
        lists=LongLists(container.database),
        cursors=cursors,
        clock=clock,
    ).pages()
    yield from GatewayPages(container.gateways, resources, cursors, clock).pages()
    yield from GatewayActs(visits, container.gateways, clock).pages()
    yield from GatewayNginx(container.gateways, container.nginx_files).pages()
    yield from SiteCreation(resources, container.gateways).pages()
    holdings = SiteHoldings(database=container.database, clock=clock)
    yield from SiteActs(visits, resources, holdings).pages()
    yield from SiteEditing(visits, resources).pages()
    yield from SiteCredentials(resources, clock).pages()
    yield from SiteHandOvers(visits, resources, hand_overs).pages()
    yield from _accounts(visits, container, cursors)


def _accounts(visits: Visits, container: Container, cursors: Cursors) -> Iterator[ConsolePage]:
    resources, accounts, lists = (
        container.resources,
        container.subject_accounts,
        container.long_lists,
    )
    yield from AccountLists(resources, container.hand_overs, accounts, lists, cursors).pages()
    yield from AccountMapping(
        visits, resources, accounts, container.users, container.clients, lists
    ).pages()
    yield from AccountImports(visits, resources, accounts, lists).pages()


def settings_pages(settings: Settings) -> Iterator[ConsolePage]:
    """What is set: its row of the table of pages."""
    file = next((each for each in settings.origins.values() if Path(each).is_absolute()), "")
    yield from SettingsPages(lambda: setting_lines(settings), file).pages()


def setting_lines(settings: Settings) -> Sequence[SettingLine]:
    """Every setting, in the order of the reference page."""
    values = shown_settings(settings)
    lines = []
    for each in declarations():
        origin = settings.origins.get(each.name, DEFAULT_ORIGIN)
        lines.append(
            SettingLine(
                name=each.name,
                value=_written(values[each.name]),
                default=_written(each.default),
                origin="" if origin == DEFAULT_ORIGIN else origin,
                variable=each.variable,
                meaning=each.doc,
                allowed=each.kind.allowed,
            )
        )
    return lines


def _written(value: object) -> str:
    """A value in one line; none is a secret, and what looks like one is masked all the same."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return redact(", ".join(map(str, value)))
    return redact(str(value))
