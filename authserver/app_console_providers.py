"""The pages of the console about identity providers, and about who else gets in by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.settings_people import REGISTRATION_OFF
from authserver.web.admin.connect_acts import ConnectKeyActs
from authserver.web.admin.connect_keys import ConnectKeyLists
from authserver.web.admin.provider_creation import ProviderCreation
from authserver.web.admin.provider_denials import ProviderDenialPages
from authserver.web.admin.provider_domains import ProviderDomainPages
from authserver.web.admin.provider_editing import ProviderEditing
from authserver.web.admin.provider_group_rules import ProviderRulePages
from authserver.web.admin.provider_lists import ProviderLists
from authserver.web.admin.provider_pages import ProviderPages
from authserver.web.admin.provider_secrets import ProviderSecretPages
from authserver.web.admin.registration_acts import RegistrationTokenActs
from authserver.web.admin.registration_tokens import RegistrationTokenLists
from authserver.web.cursors import Cursors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.web.admin.console_pages import ConsolePage
    from authserver.web.visits import Visits
    from authserver.wiring import Container


def provider_pages(visits: Visits, container: Container) -> Iterator[ConsolePage]:
    """Providers, their rules, what is denied, and which domains lead to them."""
    cursors, providers = Cursors(container.digester), container.providers
    pages = ProviderPages(
        visits=visits,
        providers=providers,
        issuer=container.settings.issuer,
        clock=container.clock,
    )
    yield from ProviderLists(providers, cursors).pages()
    yield from ProviderCreation(providers, pages).pages()
    yield from pages.pages()
    yield from ProviderSecretPages(
        visits, providers, container.provider_secrets, container.clock
    ).pages()
    yield from ProviderEditing(providers, pages).pages()
    yield from ProviderRulePages(
        visits=visits,
        providers=providers,
        rules=container.provider_group_rules,
        groups=container.long_lists.group_heads,
        cursors=cursors,
    ).pages()
    yield from ProviderDenialPages(
        visits=visits,
        providers=providers,
        denials=container.external_denials,
        clock=container.clock,
        cursors=cursors,
    ).pages()
    yield from ProviderDomainPages(visits, container.provider_domains, providers, cursors).pages()


def key_holder_pages(visits: Visits, container: Container) -> Iterator[ConsolePage]:
    """Apps that sign calls with keys of their own, and tokens that let clients register."""
    cursors = Cursors(container.digester)
    yield from ConnectKeyLists(
        container.connect_keys, container.audit, cursors, container.clock
    ).pages()
    yield from ConnectKeyActs(visits, container.connect_keys, container.resources.list).pages()
    tokens, clock = container.initial_access_tokens, container.clock
    is_open = container.settings.registration.mode != REGISTRATION_OFF
    yield from RegistrationTokenLists(tokens, clock, cursors, is_open).pages()
    yield from RegistrationTokenActs(
        visits=visits,
        tokens=tokens,
        sites=container.resources.list,
        clock=clock,
        issuer=container.settings.issuer,
        is_open=is_open,
    ).pages()
