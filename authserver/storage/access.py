"""Whether a transaction reads or writes, and how firmly, as an option of its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy import Connection

ACCESS: Final = "authserver_access"
READING: Final = "reading"
WRITING: Final = "writing"
REPEATABLE: Final = "repeatable"
"""A write that a power cut may undo, because it would be done again."""


def access_of(connection: Connection) -> str:
    """`READING`, `WRITING` or `REPEATABLE`; a connection nobody marked may write."""
    return str(connection.get_execution_options().get(ACCESS, WRITING))
