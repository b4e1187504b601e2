"""Where servers that race keep their data."""

from __future__ import annotations

from typing import Final

import pytest

ON_POSTGRESQL: Final = "two servers, PostgreSQL"
ON_SQLITE: Final = "two workers, SQLite"
DEPLOYMENTS: Final = (ON_POSTGRESQL, pytest.param(ON_SQLITE, marks=pytest.mark.slow))
"""Every race on both; in the short run where two servers meet."""
