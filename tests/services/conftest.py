"""A fresh installation for each test."""

from __future__ import annotations

import pytest

from tests.services.deciding import Desk
from tests.services.world import World


@pytest.fixture
def world() -> World:
    """Empty, at the stopped clock's epoch."""
    return World()


@pytest.fixture
def secret(world: World) -> str:
    """The secret of the client ci-reader."""
    created = world.add_client().secret
    assert created is not None
    return created.value


@pytest.fixture
def desk(world: World) -> Desk:
    """Where a gateway in front of jira-main asks, with a client that may read and write there."""
    world.add_keys()
    world.add_resource()
    world.add_client()
    return Desk(world)
