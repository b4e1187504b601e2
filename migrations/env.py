"""Alembic's environment. Knows a connection, never the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import context
from flask import current_app, has_app_context

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData


def migrate(connection: Connection, metadata: MetaData | None) -> None:
    """Run the steps that are asked for on an open connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        # SQLite cannot alter most things; Alembic copies the table there instead.
        render_as_batch=True,
        # One transaction for each step, on SQLite too: it can roll back changes of the schema.
        transactional_ddl=True,
        transaction_per_migration=True,
        on_version_apply=context.config.attributes.get("on_version_apply"),
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations run on a database; SQL scripts are not made from them")

given = context.config.attributes.get("connection")
if given is not None:
    migrate(given, context.config.attributes.get("metadata"))
elif has_app_context():
    database = current_app.extensions["migrate"].db
    with database.engine.connect() as opened:
        migrate(opened, database.metadata)
else:
    raise SystemExit("no connection: use `authserver db upgrade`, or `flask db` to make a step")
