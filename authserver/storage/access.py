"""Whether a transaction reads or writes, as an execution option of its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy import Connection

ACCESS: Final = "authserver_access"
READING: Final = "reading"
WRITING: Final = "writing"


def access_of(connection: Connection) -> str:
    """`READING` or `WRITING`; a connection nobody marked may write."""
    return str(connection.get_execution_options().get(ACCESS, WRITING))
