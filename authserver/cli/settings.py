"""`authserver settings`: what is set, where it comes from, what could be set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from authserver.cli.context import Context, pass_context
from authserver.settings_reference import reference_page
from authserver.settings_sources import declarations

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.group()
def settings() -> None:
    """Show settings and where they come from."""


@settings.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context
def show(context: Context, *, as_json: bool) -> None:
    """Print every setting with its value and its source."""
    loaded = context.loaded
    values = {each.name: _value(loaded.settings, each.name) for each in declarations()}
    if as_json:
        context.console.json(
            {
                name: {"value": value, "source": loaded.origins[name]}
                for name, value in values.items()
            }
        )
        return
    context.console.note(f"file: {loaded.file or 'none'}")
    context.console.table(
        ["setting", "value", "source"],
        [[name, _shown(value), loaded.origins[name]] for name, value in values.items()],
    )


@settings.command()
def reference() -> None:
    """Print the reference page of all settings, in Markdown."""
    click.echo(reference_page(), nl=False)


def _value(loaded: object, name: str) -> object:
    """The value by dotted name, as JSON can hold it; derived defaults in full."""
    derived: Mapping[str, str] = {
        "database.url": "database_url",
        "audit.journal_directory": "journal_directory",
        "metrics.directory": "metrics_directory",
        "server.pid_file": "pid_file",
        "server.workers": "worker_count",
    }
    value: object = loaded
    for part in derived.get(name, name).split("."):
        value = getattr(value, part)
    if isinstance(value, Path):
        return str(value)
    if name.endswith("_mode"):
        return f"{value:03o}"
    return list(value) if isinstance(value, tuple) else value


def _shown(value: object) -> object:
    return "" if value is None else value
