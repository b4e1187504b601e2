"""Locking what a policy document names, in the order in which everybody locks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.services.policy_places import Noun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.ports import Stores

_PROVIDER: Final = ":"
"""Behind the name of a provider, before a client of its own."""


class Mentioned:
    """Collects the names while a document is read, and finds nothing wrong with any."""

    def __init__(self) -> None:
        """Know no name."""
        self._names: Mapping[Noun, set[str]] = {each: set() for each in Noun}

    def problem(self, noun: Noun, name: str) -> None:
        """Note a name."""
        self._names[noun].add(name)

    def hold(self, stores: Stores) -> None:
        """Lock clients, providers, users and groups of these names, if they are there.

        A document names them in its own order, in which somebody could wait in a circle.
        """
        clients = self._names[Noun.CLIENT]
        for each in sorted(name for name in clients if _PROVIDER not in name):
            stores.clients.get(each)
        for each in sorted({n.partition(_PROVIDER)[0] for n in clients if _PROVIDER in n}):
            stores.providers.get(each)
        users = self._names[Noun.USER]
        if users:
            for user in sorted(stores.users.list(), key=lambda known: known.subject):
                if user.username in users:
                    stores.users.get(user.subject)
        for each in sorted(self._names[Noun.GROUP]):
            stores.groups.get(each)
