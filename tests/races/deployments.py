"""Where servers that race keep their data."""

from __future__ import annotations

from typing import Final

import pytest

ON_POSTGRESQL: Final = "two servers, PostgreSQL"
ON_SQLITE: Final = "two workers, SQLite"
DEPLOYMENTS: Final = (ON_POSTGRESQL, ON_SQLITE)
ON_SQLITE_AT_FIRST: Final = (pytest.param(ON_POSTGRESQL, marks=pytest.mark.slow), ON_SQLITE)
"""For what the long run looks at on both kinds anyway."""
