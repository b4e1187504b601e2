"""`/admin/providers`: the identity providers that people sign in at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.providers import ProviderKind, ProviderStatus
from authserver.domain.roles import Area, to_read, to_write
from authserver.services.provider_presets import PRESETS
from authserver.web.admin.cells import WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.short_lists import page_of
from authserver.web.admin.showing import what_happened
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask import Response

    from authserver.domain.provider_looks import ProviderLook
    from authserver.domain.providers import Provider
    from authserver.services.providers import Providers
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

PROVIDERS: Final = "/providers"
NEW: Final = f"{PROVIDERS}/-/new"
READ: Final = to_read(Area.PROVIDERS)
WRITE: Final = to_write(Area.PROVIDERS)
DONE: Final[Mapping[str, Text]] = {"removed": _l("The provider is removed.")}


def provider_path(name: str) -> str:
    """Where one provider is, below /admin."""
    return f"{PROVIDERS}/{name}"


def crumbs_to(provider: Provider) -> Sequence[tuple[str, str]]:
    """The way to a page below one provider's."""
    return [
        (_("Identity providers"), PROVIDERS),
        (provider.display_name, provider_path(provider.name)),
    ]


def health(look: ProviderLook) -> str:
    """Whether it answered well when it was last asked, in words."""
    return look.problem or str(_("answers"))


LISTING: Final[Listing[ProviderLook]] = Listing(
    name="providers",
    path=PROVIDERS,
    columns=(
        Column(
            "name",
            _l("Name"),
            lambda look: look.provider.name,
            Kind.CODE,
            is_sortable=True,
            link=lambda look: provider_path(look.provider.name),
        ),
        Column(
            "display_name",
            _l("Shown as"),
            lambda look: look.provider.display_name,
            is_sortable=True,
        ),
        Column(
            "kind",
            _l("Kind"),
            lambda look: PRESETS[look.provider.kind].title,
            is_sortable=True,
        ),
        Column(
            "status",
            _l("State"),
            lambda look: str(look.provider.status),
            Kind.STATE,
            is_sortable=True,
        ),
        Column("health", _l("Health"), health),
        Column("issuer", _l("Issuer"), lambda look: look.provider.issuer, Kind.CODE),
    ),
    key=lambda look: look.provider.name,
    filters=(
        Filter("kind", _l("Kind"), [(str(kind), PRESETS[kind].title) for kind in ProviderKind]),
        Filter(
            "status",
            _l("State"),
            [
                (str(each), WORDS[each])
                for each in (ProviderStatus.ENABLED, ProviderStatus.DISABLED)
            ],
        ),
    ),
    search_hint=_l("name or issuer"),
)


@dataclass(frozen=True, slots=True)
class ProviderLists:
    """Shows providers as a list, and as a file."""

    providers: Providers
    cursors: Cursors

    def show(self, who: Administrator) -> Response:
        """GET /admin/providers."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Identity providers"),
            lead=_("Where people sign in, beside a password of this server."),
            empty=_("There is no identity provider: everybody signs in with a password."),
            new=(_("Set up a provider"), NEW, WRITE),
            done=what_happened(DONE),
        )

    def _page(self, query: ListQuery) -> ListPage[ProviderLook]:
        return page_of(
            self.providers.list(),
            LISTING,
            query,
            searched=lambda look: (
                look.provider.name,
                look.provider.display_name,
                look.provider.issuer,
            ),
            filters={
                "kind": lambda look, value: look.provider.kind == value,
                "status": lambda look, value: look.provider.status == value,
            },
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        menu = MenuEntry(Section.PEOPLE, _l("Identity providers"))
        yield ConsolePage(PROVIDERS, "providers", frozenset({READ}), self.show, menu=menu)
