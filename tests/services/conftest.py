"""A fresh installation for each test."""

from __future__ import annotations

import pytest

from tests.services.world import World


@pytest.fixture
def world() -> World:
    """Empty, at the stopped clock's epoch."""
    return World()
