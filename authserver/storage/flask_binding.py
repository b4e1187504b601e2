"""Flask-SQLAlchemy holds the engine and the metadata of an application, Flask-Migrate its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click import get_current_context
from flask.cli import ScriptInfo
from flask_sqlalchemy import SQLAlchemy

import authserver.storage.issuers
import authserver.storage.stores  # noqa: F401 - these two declare every table on the metadata
from authserver.storage.engines import EngineOptions, checked_url, engine_arguments, prepare
from authserver.storage.rows.metadata import metadata
from authserver.storage.schema_state import MIGRATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from sqlalchemy import Engine


def bind(
    app: Flask,
    url: str,
    options: EngineOptions | None = None,
    directory: Path = MIGRATIONS,
) -> Engine:
    """Give the application its database; returns the engine, prepared, for `SqlDatabase`.

    Sets `SQLALCHEMY_DATABASE_URI` and `SQLALCHEMY_ENGINE_OPTIONS`, and adds the `flask db`
    commands over `directory`. Requests never use `db.session`: it needs an application context,
    which the machine lane has not.

    Raises:
        InvalidField: the URL names no SQLite file and no PostgreSQL database.
    """
    checked = checked_url(url)
    app.config["SQLALCHEMY_DATABASE_URI"] = checked
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_arguments(checked, options or EngineOptions())
    database = SQLAlchemy(metadata=metadata)
    database.init_app(app)
    if _is_for_flask_commands():
        # Alembic comes with it: a quarter of a second, which no worker has to spend.
        from flask_migrate import Migrate  # noqa: PLC0415 - see above

        Migrate(app, database, directory=str(directory))
    with app.app_context():
        return prepare(database.engine)


def _is_for_flask_commands() -> bool:
    """Whether Flask's own command line is loading the application."""
    context = get_current_context(silent=True)
    return context is not None and context.find_object(ScriptInfo) is not None
