"""Where a database's schema stands, told without loading what changes it.

Every command and every worker may ask; only `schema.upgrade` needs Alembic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import column, inspect, select, table

from authserver.domain.installation import NotInstalled
from authserver.storage.outages import translated

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MIGRATIONS: Final = Path(__file__).resolve().parents[2] / "migrations"
"""The steps of a checkout; an installation elsewhere passes its own folder."""

VERSION_TABLE: Final = table("alembic_version", column("version_num"))
_REVISION: Final = re.compile(
    r"^(down_)?revision(?:\s*:[^=\n]+)?\s*=\s*[\"'](\w+)[\"']", re.MULTILINE
)


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


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps in a folder: every revision, and the one that no other follows."""

    revisions: frozenset[str]
    head: str


def schema_status(engine: Engine, directory: Path = MIGRATIONS) -> SchemaStatus:
    """Compare the database's revision with the newest step in `directory`.

    Raises:
        NotInstalled: the steps are not there.
        StorageUnavailable: the database cannot answer now (a missing SQLite file is not empty,
            it is unavailable: nothing here makes it).
    """
    with translated(writing=False), engine.connect() as connection:
        return status_of(connection, steps_in(directory))


def newest_revision(directory: Path = MIGRATIONS) -> str:
    """The newest step in `directory`. Raises NotInstalled."""
    return steps_in(directory).head


def status_of(connection: Connection, steps: Steps) -> SchemaStatus:
    """The same on a connection, in whose transaction nothing is left behind."""
    current = _current(connection)
    if current is None:
        state = SchemaState.EMPTY
    elif current == steps.head:
        state = SchemaState.UP_TO_DATE
    elif current in steps.revisions:
        state = SchemaState.BEHIND
    else:
        state = SchemaState.AHEAD
    return SchemaStatus(state=state, current=current, head=steps.head)


def steps_in(directory: Path) -> Steps:
    """What the files of a folder of steps say of themselves.

    Raises:
        NotInstalled: there are none.
        LookupError: they do not follow one another in one line.
    """
    revisions, followed = set[str](), set[str]()
    for file in (directory / "versions").glob("*.py"):
        for is_down, revision in _REVISION.findall(file.read_text(encoding="utf-8")):
            (followed if is_down else revisions).add(revision)
    if not revisions:
        raise NotInstalled(
            f"{directory}: the steps of the database's schema are not there",
            hint="authserver needs the folder migrations beside it: install it from a checkout "
            "with pip install --editable",
        )
    heads = revisions - followed
    if len(heads) != 1:
        raise LookupError(f"the migrations in {directory} have {len(heads)} ends")
    return Steps(frozenset(revisions), heads.pop())


def _current(connection: Connection) -> str | None:
    was_idle = not connection.in_transaction()
    try:
        if not inspect(connection).has_table(VERSION_TABLE.name):
            return None
        version: str | None = connection.scalar(select(VERSION_TABLE.c.version_num))
        return version
    finally:
        if was_idle:
            # Leave no transaction open: the steps begin their own.
            connection.rollback()
