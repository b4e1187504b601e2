"""Engines: how a connection to SQLite or PostgreSQL is made, kept and bounded in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from authserver.domain.errors import InvalidField
from authserver.storage import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

ALLOWED_URL: Final = "sqlite:///<path of a file> or postgresql://<user>@<host>/<database>"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Sizes and patience of one process's engine. All times are seconds.

    `pool_size` bounds the connections, `pool_wait` how long a caller waits for one, `connect` how
    long PostgreSQL may take to accept one. `statement`, `lock` and `idle_transaction` are the
    limits PostgreSQL itself enforces (0: none). `busy` is how long SQLite waits for its write lock.
    """

    pool_size: int = 8
    pool_wait: float = 2.0
    connect: int = 3
    statement: float = 5.0
    lock: float = 3.0
    idle_transaction: float = 10.0
    busy: float = 3.0


def checked_url(url: str) -> URL:
    """Return the URL with its driver, and with an absolute path where it names a file.

    Raises:
        InvalidField: it names no SQLite file and no PostgreSQL database.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The text of the cause repeats the URL, and the URL may hold a password; a ValueError
        # is about the port.
        raise InvalidField("database_url", ALLOWED_URL) from None
    backend, _, driver = parsed.drivername.partition("+")
    if backend == "sqlite" and driver in ("", "pysqlite"):
        if parsed.database in (None, "", ":memory:"):
            raise InvalidField("database_url", ALLOWED_URL)
        return sqlite.file_url(parsed)
    if backend in ("postgresql", "postgres") and driver in ("", "psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise InvalidField("database_url", ALLOWED_URL)


def engine_arguments(url: URL, options: EngineOptions) -> dict[str, Any]:
    """Everything but the URL that `create_engine` has to be told, for a URL already checked."""
    if url.get_backend_name() == "sqlite":
        connect_args = sqlite.connect_arguments(options.busy)
    else:
        connect_args = postgresql.connect_arguments(
            url,
            connect=options.connect,
            statement=options.statement,
            lock=options.lock,
            idle_transaction=options.idle_transaction,
        )
    return {
        "pool_size": options.pool_size,
        "max_overflow": 0,
        "pool_timeout": options.pool_wait,
        # The connection used last is the warmest; the others may grow old and be closed.
        "pool_use_lifo": True,
        # Statements in error texts are for operators; the values in them are for nobody.
        "hide_parameters": True,
        "connect_args": connect_args,
    }


def prepare(engine: Engine) -> Engine:
    """Register what each new connection and each transaction needs; returns the engine."""
    if engine.dialect.name == "sqlite":
        sqlite.register(engine)
    else:
        postgresql.register(engine)
    return engine


def make_engine(url: str, options: EngineOptions | None = None) -> Engine:
    """An engine without Flask: for the command line, for tests, for processes without pages.

    Nothing is opened yet. The caller disposes of the engine.

    Raises:
        InvalidField: the URL names no SQLite file and no PostgreSQL database.
    """
    checked = checked_url(url)
    arguments = engine_arguments(checked, options or EngineOptions())
    return prepare(create_engine(checked, **arguments))
