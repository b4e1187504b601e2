"""Fixtures of the tests of pages."""

from __future__ import annotations

import pytest

from tests.web.visiting import Bench


@pytest.fixture
def bench() -> Bench:
    """An application of this test alone."""
    return Bench()
