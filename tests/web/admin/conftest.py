"""A world with an owner in it, whose browser is at the console."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.cast import Person
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld


@dataclass
class Desk:
    """An owner of this server, signed in a moment ago."""

    world: PeopleWorld
    owner: Person
    browser: Browser

    def get(self, path: str) -> Page:
        """A page of the console, by its path below /admin."""
        return self.browser.get("/admin" + path)


@pytest.fixture
def desk(world: PeopleWorld) -> Desk:
    """An owner at the console."""
    owner = world.user("olive", is_administrator=True)
    return Desk(world, owner, world.signed_in(owner))
