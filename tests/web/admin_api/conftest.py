"""A world with the administration API in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.admin_api.rest import Rest

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld


@pytest.fixture
def rest(world: PeopleWorld) -> Rest:
    """The API of a world, called by a client with every scope."""
    return Rest(world)
