"""`authserver settings`: what is set, where it comes from, what could be set."""

from __future__ import annotations

import click

from authserver.cli.context import Context, pass_context
from authserver.settings_reference import reference_page
from authserver.settings_shown import shown_settings


@click.group()
def settings() -> None:
    """Show settings and where they come from."""


@settings.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context
def show(context: Context, *, as_json: bool) -> None:
    """Print every setting with its value and its source."""
    loaded = context.loaded
    values = shown_settings(loaded.settings)
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


def _shown(value: object) -> object:
    return "" if value is None else value
