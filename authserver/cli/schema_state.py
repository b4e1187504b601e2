"""Whether this version may work on the database, or what has to run first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.errors import Conflict
from authserver.domain.installation import NotInstalled

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.domain.installation import SchemaStatus


def require_current(status: SchemaStatus) -> None:
    """Refuse any schema but the one of this version.

    Raises:
        NotInstalled: the database is empty or older.
        Conflict: it is newer.
    """
    if status.is_current:
        return
    if status.is_empty:
        raise NotInstalled("the database is empty", hint="run: authserver init")
    if not status.is_known:
        raise Conflict(
            f"the database has schema {status.current}, which this version does not know: "
            "run the newer version that made it"
        )
    raise NotInstalled(
        f"the database has schema {status.current}, this version needs {status.head}",
        hint="run: authserver db upgrade",
    )


def require_tables(status: SchemaStatus, data_directory: Path) -> None:
    """Refuse a database that lacks tables of this version; a newer one has them all.

    An empty one mostly means another folder than the one where the server was set up: settings and
    paths begin in the folder where a command is typed.

    Raises:
        NotInstalled: the database is empty or older.
    """
    if status.is_empty:
        raise NotInstalled(
            f"the database is empty: nothing is set up with the data directory {data_directory}",
            hint="go to the folder where the server was set up; or, for a new one, run: "
            "authserver init",
        )
    if status.is_known:
        require_current(status)
