"""How settings become an engine, and what every journal offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authserver.domain.ports import Journal
from authserver.settings_secrets import connection_url
from authserver.storage.engines import EngineOptions, make_engine

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from authserver.settings import Settings


class ClosableJournal(Journal, Protocol):
    """A journal as its process looks after it."""

    def is_writable(self) -> bool:
        """Whether records can be written now."""
        ...

    def close(self) -> None:
        """Write everything through and let go."""
        ...


def engine_options(settings: Settings) -> EngineOptions:
    """Sizes and patience, as the settings ask."""
    chosen = settings.database
    return EngineOptions(
        pool_size=chosen.pool_size,
        pool_wait=chosen.pool_timeout_seconds,
        connect=chosen.connect_timeout_seconds,
        statement=chosen.statement_timeout_seconds,
        busy=chosen.statement_timeout_seconds,
    )


def make_engine_of(settings: Settings) -> Engine:
    """An engine for the database of the settings; nothing is opened yet.

    Raises:
        InvalidField: the URL or the password file cannot be used.
    """
    return make_engine(connection_url(settings), engine_options(settings))
