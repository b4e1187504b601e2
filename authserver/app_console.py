"""The console of the application: every page there is, with its collaborators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.app_console_providers import key_holder_pages, provider_pages
from authserver.app_console_sites import settings_pages, site_pages
from authserver.app_console_work import work_pages
from authserver.services.admin_networks import AdminNetworks
from authserver.services.console_access import ConsoleAccess
from authserver.web.admin.blueprint import console_blueprint
from authserver.web.admin.client_acts import ClientActs
from authserver.web.admin.client_creation import ClientCreation
from authserver.web.admin.client_editing import ClientEditing
from authserver.web.admin.client_lists import ClientLists
from authserver.web.admin.client_pages import ClientPages
from authserver.web.admin.client_secrets import ClientSecrets
from authserver.web.admin.dashboard_pages import DashboardPages
from authserver.web.admin.key_pages import KeyPages
from authserver.web.admin.mail_previews import MailPreviewPages
from authserver.web.admin.mail_tests import MailTests
from authserver.web.admin.scope_choice import ScopeChoice
from authserver.web.admin.snippets import Snippets
from authserver.web.admin.start import start_pages
from authserver.web.cursors import Cursors
from authserver.web.sent_forms import SentForms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask import Blueprint

    from authserver.web.admin.console_pages import ConsolePage
    from authserver.web.visits import Visits
    from authserver.wiring import Container


def console(visits: Visits, container: Container) -> Blueprint:
    """The console of one application."""
    pages = console_pages(visits, container)
    sent_forms = SentForms(lambda: container.repeated_creations, container.clock)
    access = ConsoleAccess(container.database, AdminNetworks(container.settings.admin.networks))
    return console_blueprint(visits, access, pages, sent_forms)


def console_pages(visits: Visits, container: Container) -> Sequence[ConsolePage]:
    """The table: what is not in it is not served."""
    return (
        *start_pages(DashboardPages(container.dashboard, container.long_lists)),
        *_clients(visits, container),
        *site_pages(visits, container),
        *key_holder_pages(visits, container),
        *work_pages(visits, container),
        *provider_pages(visits, container),
        *KeyPages(visits, container.signing_keys, container.clock).pages(),
        *MailPreviewPages(container.mail_previews).pages(),
        *MailTests(
            visits, container.mail_administration, is_on=container.mail_outbox.is_on
        ).pages(),
        *settings_pages(container.settings),
    )


def _clients(visits: Visits, container: Container) -> Iterator[ConsolePage]:
    snippets = Snippets(container.settings.issuer, container.resources.list)
    scopes = ScopeChoice(container.catalogue.scopes)
    yield from ClientLists(
        container.long_lists, Cursors(container.digester), container.clock
    ).pages()
    yield from ClientCreation(
        clients=container.clients,
        sites=container.resources.list,
        scopes=scopes,
        snippets=snippets,
        default_seconds=container.settings.tokens.access_token_seconds,
    ).pages()
    yield from ClientActs(visits, container.clients).pages()
    yield from ClientPages(
        clients=container.clients,
        grants=container.grants,
        audit=container.audit,
        snippets=snippets,
        clock=container.clock,
    ).pages()
    yield from ClientEditing(
        visits=visits, clients=container.clients, sites=container.resources.list, scopes=scopes
    ).pages()
    yield from ClientSecrets(container.clients, container.clock).pages()
