"""Fixtures of the command line's tests."""

from __future__ import annotations

import pytest

from tests.cli.administered import Administered


@pytest.fixture
def here() -> Administered:
    """An installation in memory."""
    return Administered()
