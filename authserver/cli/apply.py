"""`authserver apply`: the configuration as files say it."""

from __future__ import annotations

from dataclasses import replace

import click

from authserver.cli.administration import JSON, YES, confirm
from authserver.cli.context import Context, pass_context
from authserver.cli.declaration_files import LocalSecretFiles, read_configuration
from authserver.cli.declaration_views import (
    change_value,
    secret_value,
    show_changes,
    show_secrets,
)
from authserver.cli.declaring import declaring
from authserver.cli.exit_codes import ExitCode


@click.command()
@click.option(
    "-f",
    "--file",
    "places",
    multiple=True,
    required=True,
    metavar="FILE|DIR",
    help="A file, a folder, or - for stdin. Repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Only check the files and show what would change.")
@click.option(
    "--exit-code",
    "tells",
    is_flag=True,
    help="With --dry-run: end with 3 where something would change.",
)
@click.option("--prune", is_flag=True, help="Remove what files made and none states any more.")
@YES
@JSON
@pass_context
def apply(
    context: Context,
    *,
    places: tuple[str, ...],
    dry_run: bool,
    tells: bool,
    prune: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Let clients, resources, gateways, groups, providers, roles and policies be as files say.

    Shows first what changes. All of it is done, or nothing: one mistake in one file is enough, and
    every mistake is told with its file, line and key. Applying the same files again changes
    nothing.

    Exit codes: 0 done or nothing to do, 1 refused (the configuration has changed meanwhile, or not
    confirmed), 2 wrong usage or files that are refused, 3 with --dry-run --exit-code: something
    would change, 4 storage does not answer.
    """
    if tells and not dry_run:
        raise click.UsageError("--exit-code: only with --dry-run")
    files = read_configuration(places)
    services, secrets = declaring(context), LocalSecretFiles()
    act = replace(services.operator, via="apply")
    plan = services.declarations.plan(files, act, secrets, prune=prune)
    if not as_json:
        show_changes(context.console, plan.changes)
    made = []
    if not dry_run:
        if plan.changes:
            confirm("Apply this?", yes=yes)
        made = list(services.declarations.apply(plan, act, secrets))
    if as_json:
        context.console.json(
            {
                "applied": not dry_run,
                "changes": [change_value(each) for each in plan.changes],
                "secrets": [secret_value(each) for each in made],
            }
        )
        return _end(tells=tells, changes=bool(plan.changes))
    show_secrets(context.console, made)
    if made or (plan.changes and not dry_run):
        context.console.note("applied")
    return _end(tells=tells, changes=bool(plan.changes))


def _end(*, tells: bool, changes: bool) -> None:
    if tells and changes:
        click.get_current_context().exit(ExitCode.FINDINGS)
