"""`authserver policy replay`: what decided calls would have got under a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from authserver.cli.administration import JSON
from authserver.cli.context import Context, pass_context
from authserver.cli.policy_files import FILE, read_text
from authserver.cli.policy_parts import policy_parts
from authserver.domain.audit_times import written
from authserver.domain.texts import shown_time
from authserver.services.policy_replays import DAYS, MOST_RECORDS, largest

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping
    from typing import BinaryIO

    from authserver.cli.console import Console
    from authserver.domain.policy_documents import PolicyDocument
    from authserver.services.policy_replays import PolicyReplay, ReplayGroup

MOST_DAYS: Final = 366
_COLUMNS: Final = ("calls", "rule", "caller", "site")
_SHOWN: Final = 20
DAYS_OPTION: Final = click.option(
    "--replay-days",
    "days",
    type=click.IntRange(0, MOST_DAYS),
    default=DAYS,
    show_default=True,
    metavar="DAYS",
    help="Judge the calls of so many days again; 0 for none.",
)


@click.command("replay", short_help="Show what the calls of the last days would have got.")
@click.argument("name", metavar="DOCUMENT")
@FILE
@DAYS_OPTION
@click.option(
    "--limit",
    type=click.IntRange(1, MOST_RECORDS),
    default=MOST_RECORDS,
    show_default=True,
    help="At most so many decisions, the newest.",
)
@JSON
@pass_context
def replay(
    context: Context, *, name: str, file: BinaryIO, days: int, limit: int, as_json: bool
) -> None:
    """Show what the calls of the last days would have got if this file were the document.

    Only what a policy and scopes say is judged again: no credential, no rate and no hand-over.
    Nothing is applied.
    """
    plan = policy_parts(context).policies.plan(name, read_text(file))
    found = replayed(context, {name: plan.document}, days, limit)
    if as_json:
        context.console.json(replay_value(found))
    else:
        show_replay(context.console, found)


def replayed(
    context: Context, drafts: Mapping[str, PolicyDocument], days: int, limit: int = MOST_RECORDS
) -> PolicyReplay:
    """The replay; says on stderr how far it is."""
    services = policy_parts(context)
    services.audit.catch_up()

    def progress(records: int) -> None:
        context.console.note(f"{records} decisions judged again")

    return services.policy_replays.replay(drafts, days=days, most=limit, progress=progress)


def show_replay(console: Console, found: PolicyReplay) -> None:
    """A replay for people."""
    if not found.looked_at:
        console.note(f"no decision is on record since {shown_time(found.since)}")
        return
    console.line(
        f"{found.looked_at} decisions since {shown_time(found.since)}: {found.newly_refused} would "
        f"be refused now, {found.newly_allowed} would be allowed now, {found.unchanged} as before"
    )
    if found.uncertain:
        console.line(f"{found.uncertain} reach projects that nobody found out then: not certain")
    if found.not_replayable:
        console.line(f"{found.not_replayable} were refused before any policy, or say too little")
    if found.is_cut:
        console.note("note: older decisions were left out")
    _show_groups(console, "refused now", found.refused)
    _show_groups(console, "allowed now", found.allowed)


def replay_value(found: PolicyReplay) -> dict[str, object]:
    """A replay in JSON."""
    return {
        "since": written(found.since),
        "decisions": found.looked_at,
        "unchanged": found.unchanged,
        "newly_refused": found.newly_refused,
        "newly_allowed": found.newly_allowed,
        "uncertain": found.uncertain,
        "not_replayable": found.not_replayable,
        "cut": found.is_cut,
        "refused": _values(found.refused),
        "allowed": _values(found.allowed),
    }


def _show_groups(console: Console, heading: str, groups: Counter[ReplayGroup]) -> None:
    if not groups:
        return
    console.line()
    console.line(f"{heading}:")
    rows = largest(groups, _SHOWN)
    console.table(
        _COLUMNS, [(calls, each.rule, each.caller, each.resource) for each, calls in rows]
    )
    if len(groups) > _SHOWN:
        console.line(f"and {len(groups) - _SHOWN} more, see policy replay --json")


def _values(groups: Counter[ReplayGroup]) -> list[dict[str, object]]:
    return [
        {"calls": calls, "rule": each.rule, "caller": each.caller, "resource": each.resource}
        for each, calls in largest(groups, len(groups))
    ]
