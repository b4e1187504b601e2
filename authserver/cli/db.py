"""`authserver db`: the schema of the database."""

from __future__ import annotations

import click

from authserver.cli.context import Context, pass_context
from authserver.cli.schema_state import require_current
from authserver.domain.errors import StorageUnavailable
from authserver.domain.installation import NotInstalled


@click.group()
def db() -> None:
    """The database schema."""


@db.command(short_help="Bring the schema up to date.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context
def upgrade(context: Context, *, as_json: bool) -> None:
    """Bring the schema up to date; safe while an older version still runs."""
    try:
        done = context.wiring.upgrade_schema(context.settings)
    except StorageUnavailable as error:
        if (folder := context.settings.data_directory).is_dir():
            raise
        missing = f"the folder {folder} does not exist"
        raise NotInstalled(missing, hint="run: authserver init") from error
    if as_json:
        context.console.json({"before": done.before, "after": done.after, "changed": done.changed})
    elif done.changed:
        context.console.line(f"upgraded from {done.before or 'an empty database'} to {done.after}")
    else:
        context.console.line(f"nothing to do, the schema is {done.after}")


@db.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context
def check(context: Context, *, as_json: bool) -> None:
    """Tell whether this version may work on the database."""
    status = context.wiring.schema_status(context.settings)
    if as_json:
        context.console.json(
            {"current": status.current, "head": status.head, "is_current": status.is_current}
        )
    require_current(status)
    if not as_json:
        context.console.line(f"the schema is current: {status.head}")
