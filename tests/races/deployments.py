"""Where servers that race keep their data."""

from __future__ import annotations

from typing import Final

ON_POSTGRESQL: Final = "two servers, PostgreSQL"
ON_SQLITE: Final = "two workers, SQLite"
DEPLOYMENTS: Final = (ON_POSTGRESQL, ON_SQLITE)
