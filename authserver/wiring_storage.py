"""How settings become a database and a journal."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Protocol

from authserver.domain.ports import Journal
from authserver.settings_secrets import connection_url
from authserver.storage.database import SqlDatabase
from authserver.storage.engines import EngineOptions, make_engine
from authserver.storage.journal import FileJournal

if TYPE_CHECKING:
    from authserver.domain.ports import Entropy
    from authserver.settings import Settings


class ClosableJournal(Journal, Protocol):
    """A journal as its process looks after it."""

    def is_writable(self) -> bool:
        """Whether records can be written now."""
        ...

    def close(self) -> None:
        """Write everything through and let go."""
        ...


def make_database(settings: Settings) -> SqlDatabase:
    """The database of the settings; connections are opened when they are needed.

    Raises:
        InvalidField: the URL or the password file cannot be used.
    """
    chosen = settings.database
    options = EngineOptions(
        pool_size=chosen.pool_size,
        pool_wait=chosen.pool_timeout_seconds,
        connect=chosen.connect_timeout_seconds,
        statement=chosen.statement_timeout_seconds,
        busy=chosen.statement_timeout_seconds,
    )
    return SqlDatabase(make_engine(connection_url(settings), options))


def make_journal(settings: Settings, database: SqlDatabase, entropy: Entropy) -> ClosableJournal:
    """The journal of this process, as durable as the settings ask."""
    del database
    return FileJournal(settings.journal_directory, socket.gethostname(), entropy)
