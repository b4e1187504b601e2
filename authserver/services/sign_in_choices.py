"""The ways in that the sign-in page offers: a password, providers, and which comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.providers import DomainRouting
from authserver.domain.sessions import PASSWORD_ACR
from authserver.services.domain_routing import route_of
from authserver.services.reachable_acrs import open_providers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from authserver.domain.ports import Database
    from authserver.domain.providers import Provider


@dataclass(frozen=True, slots=True)
class Choice:
    """One provider, as people see it."""

    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The ways in. `suggested` comes first, for whoever gave an address of its domain.

    With `is_forced` it is the only one for that address.
    """

    providers: Sequence[Choice]
    suggested: Choice | None = None
    is_forced: bool = False
    has_password: bool = True


class SignInChoices:
    """Finds the ways in. Who there is or is not changes nothing about them."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database

    def choices(self, name: str = "", essential: Collection[str] = ()) -> Choices:
        """The ways in for whoever calls themselves `name`, an address perhaps.

        `essential` are the classes of authentication of which the app needs one.

        Raises:
            StorageUnavailable: nobody can tell now.
        """
        with self._database.reading() as stores:
            found = open_providers(stores, essential)
            route = route_of(stores, name)
        if route is not None and route[1] is DomainRouting.FORCE:
            only = _shown(route[0])
            return Choices([only], only, is_forced=True, has_password=False)
        suggested = None
        if route is not None and route[0].name in {each.name for each in found}:
            suggested = _shown(route[0])
        others = [
            _shown(each) for each in found if suggested is None or each.name != suggested.name
        ]
        providers = others if suggested is None else [suggested, *others]
        return Choices(
            providers, suggested, has_password=not essential or PASSWORD_ACR in essential
        )


def _shown(provider: Provider) -> Choice:
    return Choice(provider.name, provider.display_name)
