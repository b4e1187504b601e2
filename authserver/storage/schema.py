"""How a database's schema is brought up to date."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from authserver.domain.errors import Conflict, StorageUnavailable
from authserver.storage import sqlite
from authserver.storage.engines import (
    EngineOptions,
    checked_url,
    engine_arguments,
    prepare,
)
from authserver.storage.outages import translated
from authserver.storage.schema_state import (
    MIGRATIONS,
    SchemaState,
    SchemaStatus,
    status_of,
    steps_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import URL, Connection, Engine

ADVISORY_LOCK: Final = 0x61757468_00000001
"""PostgreSQL's number for "somebody is upgrading this database"."""

LOOK_SECONDS: Final = 0.1
"""How often an upgrade looks whether the one before it has ended."""

NO_RIGHTS: Final = frozenset({"42501", "3F000"})
"""Insufficient privilege; no schema that the user may use."""

PATIENCE: Final = EngineOptions(
    pool_size=1, statement=0, lock=60, idle_transaction=0, busy=60, connect=5
)
"""An upgrade waits a minute for another one, and for the locks of running transactions."""


def upgrade(
    url: str,
    on_step: Callable[[str], None] | None = None,
    directory: Path = MIGRATIONS,
) -> SchemaStatus:
    """Apply every missing step; says each by its revision and title. Again: changes nothing.

    A missing SQLite file is made, for its owner only. Two upgrades at once are safe: the second
    waits for the first and finds nothing to do. A database that is ahead stays as it is.

    Raises:
        InvalidField: the URL names no SQLite file and no PostgreSQL database.
        NotInstalled: the steps are not there.
        Conflict: the user may not make tables in the database.
        StorageUnavailable: the database cannot answer now, or is locked for longer than a minute.
    """
    steps = steps_in(directory)
    checked = checked_url(url)
    if checked.get_backend_name() == "sqlite":
        sqlite.create_file(checked)
    arguments = engine_arguments(checked, PATIENCE)
    engine = prepare(
        create_engine(
            checked,
            connect_args=arguments["connect_args"],
            hide_parameters=True,
            poolclass=NullPool,
        )
    )
    with translated(writing=True), _permitted(checked), _exclusively(engine) as connection:
        if status_of(connection, steps).state in (SchemaState.BEHIND, SchemaState.EMPTY):
            command.upgrade(_config(directory, connection, on_step), "head")
        return status_of(connection, steps)


@contextmanager
def _exclusively(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # The write lock is the transaction: all steps or none.
            with connection.begin():
                yield connection
            return
        # Held by the session, so that every step can have a transaction of its own.
        _wait_for_turn(connection)
        yield connection
        # Closing the connection gives the lock back.


def _wait_for_turn(connection: Connection) -> None:
    """Ask again and again: an index that is built concurrently waits for all older statements.

    One that waited for the lock would be such a statement, and both would wait for ever.
    """
    for _ in range(round(PATIENCE.lock / LOOK_SECONDS)):
        asked = text("SELECT pg_try_advisory_lock(:key)")
        is_ours = connection.execute(asked, {"key": ADVISORY_LOCK}).scalar_one()
        connection.commit()
        if is_ours:
            return
        connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": LOOK_SECONDS})
        connection.commit()
    raise StorageUnavailable("another upgrade of this database has not ended for a minute")


@contextmanager
def _permitted(url: URL) -> Iterator[None]:
    """Let a refusal for want of rights out with the statement that gives them."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) not in NO_RIGHTS:
            raise
        raise Conflict(
            f"the database user {url.username or '(that of this process)'} may not make tables: "
            f"let the owner of the database {url.database} run: "
            f"GRANT USAGE, CREATE ON SCHEMA public TO {url.username or '…'}"
        ) from error


def _config(
    directory: Path, connection: Connection, on_step: Callable[[str], None] | None
) -> Config:
    config = Config(str(directory / "alembic.ini"))
    config.set_main_option("script_location", str(directory))
    config.attributes["connection"] = connection

    def tell(*, step: Any, **_: object) -> None:
        if on_step is not None and step.is_upgrade:
            revision = step.up_revision
            on_step(f"{revision.revision} {(revision.doc or '').rstrip('.')}".strip())

    config.attributes["on_version_apply"] = tell
    return config
