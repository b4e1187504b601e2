"""`authserver group`: groups of users."""

from __future__ import annotations

import click

from authserver.cli.administration import JSON, YES, confirm, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.people import GROUP_COLUMNS, USER, group_row, group_value, people

GROUP = click.argument("group_name", metavar="GROUP")


@click.group()
def group() -> None:
    """Groups of users, which apps learn by the scope groups.

    Exit codes: 0 done, 1 not found or taken, 2 wrong usage, 4 storage does not answer.
    """


@group.command()
@GROUP
@click.option("--description", default="", help="What the group is for.")
@JSON
@pass_context
def create(context: Context, *, group_name: str, description: str, as_json: bool) -> None:
    """Add an empty group."""
    services = people(context)
    with naming({"name": "GROUP", "description": "--description"}):
        made = services.groups.create(group_name, description, services.operator)
    if as_json:
        context.console.json({"name": made.name, "description": made.description, "members": []})
        return
    context.console.line(f"added group {made.name}")
    context.console.note("next:")
    context.console.note(f"  authserver group add '{made.name}' USER")


@group.command()
@GROUP
@USER
@JSON
@pass_context
def add(context: Context, *, group_name: str, user: str, as_json: bool) -> None:
    """Put a user into a group."""
    services = people(context)
    changed = services.groups.add(group_name, user, services.operator)
    if as_json:
        context.console.json({"group": group_name, "user": user, "changed": changed})
    else:
        word = "now" if changed else "already"
        context.console.line(f"{user} is {word} in {group_name}")


@group.command()
@GROUP
@USER
@JSON
@pass_context
def remove(context: Context, *, group_name: str, user: str, as_json: bool) -> None:
    """Take a user out of a group."""
    services = people(context)
    changed = services.groups.remove(group_name, user, services.operator)
    if as_json:
        context.console.json({"group": group_name, "user": user, "changed": changed})
    else:
        word = "not in {} any more" if changed else "not in {}, and was not"
        context.console.line(f"{user} is {word.format(group_name)}")


@group.command("list")
@JSON
@pass_context
def list_groups(context: Context, *, as_json: bool) -> None:
    """List groups with their members."""
    found = people(context).groups.list()
    if as_json:
        context.console.json({"groups": [group_value(each) for each in found]})
    elif found:
        context.console.table(GROUP_COLUMNS, [group_row(each) for each in found])
    else:
        context.console.note("no groups yet; next:")
        context.console.note("  authserver group create GROUP")


@group.command()
@GROUP
@YES
@JSON
@pass_context
def delete(context: Context, *, group_name: str, yes: bool, as_json: bool) -> None:
    """Remove a group; its members stay users."""
    services = people(context)
    confirm(f"Delete the group {group_name}?", yes=yes)
    services.groups.delete(group_name, services.operator)
    if as_json:
        context.console.json({"name": group_name, "status": "deleted"})
    else:
        context.console.line(f"group {group_name} is deleted")
