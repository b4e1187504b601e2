"""What a user sees of identities: those that are connected, and providers that may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.errors import NotFound
from authserver.services.identities import has_other_way, is_limit
from authserver.services.reachable_acrs import open_providers
from authserver.services.sign_in_choices import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.identities import Identity
    from authserver.domain.ports import Database


@dataclass(frozen=True, slots=True)
class Connection:
    """One identity. `works` says whether one can sign in by it now, `may_go` whether it may end.

    Where `is_limit` only an administrator may end it.
    """

    identity: Identity
    display_name: str
    works: bool
    may_go: bool
    is_limit: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Everything for one page."""

    connected: Sequence[Connection]
    others: Sequence[Choice]


class Connections:
    """Reads the connections of a user."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database

    def of(self, subject: str) -> Known:
        """The user's connections, and the providers that could be connected."""
        with self._database.reading() as stores:
            identities = stores.identities.of(subject)
            names = {each.name: each.display_name for each in stores.providers.list()}
            working = open_providers(stores)
            connected = [
                Connection(
                    each,
                    names.get(each.provider, each.provider),
                    each.provider in {provider.name for provider in working},
                    has_other_way(stores, each) and not is_limit(stores, each),
                    is_limit(stores, each),
                )
                for each in identities
            ]
        taken = {each.provider for each in identities}
        others = [
            Choice(each.name, each.display_name)
            for each in working
            if each.is_linkable and each.name not in taken
        ]
        return Known(connected, others)

    def display_name(self, name: str) -> str:
        """What people call a provider. Raises NotFound."""
        with self._database.reading() as stores:
            provider = stores.providers.get(name)
        if provider is None:
            raise NotFound("provider", name)
        return provider.display_name
