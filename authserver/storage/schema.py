"""The schema's revision: where a database stands, and how it is brought up to date."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from authserver.domain.errors import Conflict
from authserver.domain.installation import NotInstalled
from authserver.storage import sqlite
from authserver.storage.engines import (
    EngineOptions,
    checked_url,
    engine_arguments,
    prepare,
)
from authserver.storage.outages import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Connection, Engine

MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations"
"""The steps of a checkout; an installation elsewhere passes its own folder."""

ADVISORY_LOCK: Final = 0x61757468_00000001
"""PostgreSQL's number for "somebody is upgrading this database"."""

NO_RIGHTS: Final = frozenset({"42501", "3F000"})
"""Insufficient privilege; no schema that the user may use."""

PATIENCE: Final = EngineOptions(
    pool_size=1, statement=0, lock=60, idle_transaction=0, busy=60, connect=5
)
"""An upgrade waits a minute for another one, and for the locks of running transactions."""


class SchemaState(StrEnum):
    """How a database's schema relates to this code."""

    UP_TO_DATE = "up_to_date"
    BEHIND = "behind"
    AHEAD = "ahead"
    """A newer release has upgraded it: the revision is unknown here."""
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """Where the database stands (`None`: nowhere yet) and where this code wants it."""

    state: SchemaState
    current: str | None
    head: str


def schema_status(engine: Engine, directory: Path = MIGRATIONS) -> SchemaStatus:
    """Compare the database's revision with the newest step in `directory`.

    Raises:
        NotInstalled: the steps are not there.
        StorageUnavailable: the database cannot answer now (a missing SQLite file is not empty,
            it is unavailable: nothing here makes it).
    """
    with translated(writing=False), engine.connect() as connection:
        return _status(connection, _scripts(directory))


def newest_revision(directory: Path = MIGRATIONS) -> str:
    """The newest step in `directory`. Raises NotInstalled."""
    return _head(_scripts(directory))


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
    scripts = _scripts(directory)
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
        if _status(connection, scripts).state in (SchemaState.BEHIND, SchemaState.EMPTY):
            command.upgrade(_config(directory, connection, on_step), "head")
        return _status(connection, scripts)


@contextmanager
def _exclusively(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # The write lock is the transaction: all steps or none.
            with connection.begin():
                yield connection
            return
        # Held by the session, so that every step can have a transaction of its own.
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()
        yield connection
        # Closing the connection gives the lock back.


def _status(connection: Connection, scripts: ScriptDirectory) -> SchemaStatus:
    head = _head(scripts)
    current = _current(connection)
    known = {script.revision for script in scripts.walk_revisions()}
    if current is None:
        state = SchemaState.EMPTY
    elif current == head:
        state = SchemaState.UP_TO_DATE
    elif current in known:
        state = SchemaState.BEHIND
    else:
        state = SchemaState.AHEAD
    return SchemaStatus(state=state, current=current, head=head)


def _head(scripts: ScriptDirectory) -> str:
    head = scripts.get_current_head()
    if head is None:
        raise LookupError(f"no migrations in {scripts.dir}")
    return head


def _current(connection: Connection) -> str | None:
    was_idle = not connection.in_transaction()
    try:
        return MigrationContext.configure(connection).get_current_revision()
    finally:
        if was_idle:
            # Leave no transaction open: the steps begin their own.
            connection.rollback()


def _scripts(directory: Path) -> ScriptDirectory:
    if not any((directory / "versions").glob("*.py")):
        raise NotInstalled(
            f"{directory}: the steps of the database's schema are not there",
            hint="authserver needs the folder migrations beside it: install it from a checkout "
            "with pip install --editable",
        )
    return ScriptDirectory(str(directory))


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
