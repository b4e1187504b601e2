"""`authserver policy`: what administrators decide beyond scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from authserver.cli.administration import JSON, YES, confirm, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.policy_explain import explain
from authserver.cli.policy_files import FILE, read_text
from authserver.cli.policy_parts import policy_parts
from authserver.cli.policy_replay import DAYS_OPTION, replay, replay_value, replayed, show_replay
from authserver.cli.policy_test import test
from authserver.cli.policy_views import (
    STATE_COLUMNS,
    VERSION_COLUMNS,
    plan_value,
    show_notes,
    show_plan,
    state_value,
    version_row,
    version_value,
)
from authserver.cli.policy_who import who

if TYPE_CHECKING:
    from typing import BinaryIO

    from authserver.services.policies import AppliedPolicy, PolicyPlan
    from authserver.services.policy_replays import PolicyReplay

NAME: Final = click.argument("name", metavar="DOCUMENT")
EXPECT: Final = click.option(
    "--expect",
    type=click.IntRange(0),
    metavar="VERSION",
    help="Only if this is the current version; 0 for none.",
)
COMMENT: Final = click.option("--comment", default="", help="Why, for those who look back.")
NUMBER: Final = click.IntRange(1)


@click.group()
def policy() -> None:
    """Access policies: the document default is for every site, and each site may have its own.

    DOCUMENT is default or the name of a resource.

    Exit codes: 0 done, 1 not found or changed meanwhile, 2 wrong usage or a document that is
    refused, 3 an expectation is not met, 4 storage does not answer.
    """


policy.add_command(explain)
policy.add_command(who)
policy.add_command(test)
policy.add_command(replay)


@policy.command("list")
@JSON
@pass_context
def list_documents(context: Context, *, as_json: bool) -> None:
    """List the documents with their current versions."""
    found = policy_parts(context).policies.list()
    if as_json:
        context.console.json({"documents": [state_value(each) for each in found]})
        return
    context.console.table(
        STATE_COLUMNS, [(each.name, *version_row(each.current)) for each in found]
    )


@policy.command()
@NAME
@click.option("--version", "number", type=NUMBER, help="Another version than the current one.")
@JSON
@pass_context
def show(context: Context, *, name: str, number: int | None, as_json: bool) -> None:
    """Print a document as it was written."""
    found = policy_parts(context).policies.show(name, number)
    if as_json:
        context.console.json({**version_value(found), "text": found.text})
    else:
        context.console.text(found.text)


@policy.command()
@NAME
@JSON
@pass_context
def versions(context: Context, *, name: str, as_json: bool) -> None:
    """List the versions of a document, newest first."""
    found = policy_parts(context).policies.versions(name)
    if as_json:
        context.console.json({"versions": [version_value(each) for each in found]})
    elif found:
        context.console.table(VERSION_COLUMNS, [version_row(each) for each in found])
    else:
        context.console.note(f"{name} has no version yet; next:")
        context.console.note(f"  authserver policy apply {name} FILE")


@policy.command()
@NAME
@FILE
@JSON
@pass_context
def validate(context: Context, *, name: str, file: BinaryIO, as_json: bool) -> None:
    """Check a document: everything that is wrong with it.

    Each mistake is told with its place.
    """
    plan = policy_parts(context).policies.plan(name, read_text(file))
    if as_json:
        context.console.json({"name": name, "notes": list(plan.notes)})
        return
    show_notes(context.console, plan.notes)
    context.console.line("the document is good")


@policy.command()
@NAME
@FILE
@JSON
@pass_context
def diff(context: Context, *, name: str, file: BinaryIO, as_json: bool) -> None:
    """Show what applying a document would change, rule by rule."""
    plan = policy_parts(context).policies.plan(name, read_text(file))
    if as_json:
        context.console.json(plan_value(plan))
    else:
        show_plan(context.console, plan)


@policy.command()
@NAME
@FILE
@EXPECT
@COMMENT
@DAYS_OPTION
@YES
@JSON
@pass_context
def apply(
    context: Context,
    *,
    name: str,
    file: BinaryIO,
    expect: int | None,
    comment: str,
    days: int,
    yes: bool,
    as_json: bool,
) -> None:
    """Let a document count from now on; shows first what changes.

    That is rule by rule, and what the calls of the last days would have got.

    It counts everywhere when the command ends. An empty file is an empty document: it asks nothing.
    """
    services = policy_parts(context)
    plan = services.policies.plan(name, read_text(file))
    found = _replayed(context, plan, days)
    _show(context, plan, found, as_json=as_json)
    if plan.changes_text:
        confirm(f"Apply this to {name}?", yes=yes)
    with naming({"comment": "--comment"}):
        applied = services.policies.apply(
            name,
            plan.text,
            services.operator,
            expect=plan.seen if expect is None else expect,
            comment=comment,
        )
    _tell(context, plan, found, applied, as_json=as_json)


@policy.command()
@NAME
@click.argument("version", type=NUMBER)
@EXPECT
@COMMENT
@DAYS_OPTION
@YES
@JSON
@pass_context
def rollback(
    context: Context,
    *,
    name: str,
    version: int,
    expect: int | None,
    comment: str,
    days: int,
    yes: bool,
    as_json: bool,
) -> None:
    """Let an older version count again, as a new version.

    Shows first what changes.
    """
    services = policy_parts(context)
    plan = services.policies.plan(name, services.policies.show(name, version).text)
    found = _replayed(context, plan, days)
    _show(context, plan, found, as_json=as_json)
    if plan.changes_text:
        confirm(f"Go back to version {version} of {name}?", yes=yes)
    with naming({"comment": "--comment"}):
        applied = services.policies.rollback(
            name,
            version,
            services.operator,
            expect=plan.seen if expect is None else expect,
            comment=comment,
        )
    _tell(context, plan, found, applied, as_json=as_json)


def _replayed(context: Context, plan: PolicyPlan, days: int) -> PolicyReplay | None:
    if not days or not plan.changes_text:
        return None
    return replayed(context, {plan.name: plan.document}, days)


def _show(context: Context, plan: PolicyPlan, found: PolicyReplay | None, *, as_json: bool) -> None:
    if as_json:
        return
    show_plan(context.console, plan)
    if found is not None:
        show_replay(context.console, found)


def _tell(
    context: Context,
    plan: PolicyPlan,
    found: PolicyReplay | None,
    applied: AppliedPolicy,
    *,
    as_json: bool,
) -> None:
    version = applied.version
    if as_json:
        told: dict[str, object] = {
            "changed": applied.changed,
            "shortened_tokens": len(applied.shortened),
            "replay": None if found is None else replay_value(found),
        }
        context.console.json({**plan_value(plan), **version_value(version), **told})
    elif applied.changed:
        context.console.line(f"{version.name} is at version {version.number} now")
