"""Locking the groups that a policy document names, in the order in which everybody locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.policy_places import Noun

if TYPE_CHECKING:
    from authserver.domain.ports import Stores


class Mentioned:
    """Collects the groups while a document is read, and finds nothing wrong with any name."""

    def __init__(self) -> None:
        """Know no name."""
        self._groups: set[str] = set()

    def problem(self, noun: Noun, name: str) -> None:
        """Note a group."""
        if noun is Noun.GROUP:
            self._groups.add(name)

    def hold(self, stores: Stores) -> None:
        """Lock the groups of these names, if they are there, so that none vanishes meanwhile.

        A document names them in its own order, in which two could wait in a circle.
        """
        for each in sorted(self._groups):
            stores.groups.get(each)
