"""Worlds with identity providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.federation.world import FederatedWorld

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld


@pytest.fixture
def federated(world: PeopleWorld) -> FederatedWorld:
    """A world of this test alone, without any provider yet."""
    return FederatedWorld(world)
