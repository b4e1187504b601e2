"""`authserver audit unknown-paths`: routes that were called and that no operation is known for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast

import click

from authserver.cli.administration import JSON
from authserver.cli.context import Context, pass_context
from authserver.domain.audit_times import written
from authserver.domain.texts import shown_time
from authserver.services.unknown_paths import DAYS, MOST_ROWS

if TYPE_CHECKING:
    from authserver.cli.console import Console
    from authserver.services.audit import AuditService
    from authserver.services.unknown_paths import UnknownPaths, UnknownRoute, UnknownRoutes

MOST_DAYS: Final = 3660
_COLUMNS: Final = (
    *("calls", "method", "path", "site", "last", "first", "last callers", "last decision"),
)


class UnknownPathParts(Protocol):
    """What this command asks of the container."""

    @property
    def audit(self) -> AuditService:
        """The record of acts."""
        ...

    @property
    def unknown_paths(self) -> UnknownPaths:
        """Sums up calls to unknown routes."""
        ...


@click.command("unknown-paths", short_help="Show routes that no operation is known for.")
@click.option("--resource", default="", help="A site's name or identifier.  [default: all]")
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=DAYS,
    show_default=True,
    help="Of so many days.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, MOST_ROWS),
    default=50,
    show_default=True,
    help="The most called rows.",
)
@click.option(
    "--as-stored", is_flag=True, help="Look only: do not move this node's journals first."
)
@JSON
@pass_context
def unknown_paths(
    context: Context, *, resource: str, days: int, limit: int, as_stored: bool, as_json: bool
) -> None:
    """Show which routes were called that no documented operation stands for, most called first.

    They are refused (unknown-path) until a policy opens them. After an upgrade of the site, or with
    a new plugin, new routes appear here. Ids in paths are left out ({…}). Calls that were refused
    before, for want of a credential, are not here.
    """
    services = cast("UnknownPathParts", context.container())
    if not as_stored:
        services.audit.catch_up()
    console = context.console

    def progress(records: int) -> None:
        console.note(f"{records} refusals looked at")

    found = services.unknown_paths.report(
        resource=resource, days=days, progress=None if as_json else progress
    )
    if as_json:
        console.json(_value(found, limit))
    else:
        _show(console, found, limit)


def _show(console: Console, found: UnknownRoutes, limit: int) -> None:
    if not found.routes:
        console.note(f"no call to an unknown route is on record since {shown_time(found.since)}")
        return
    console.table(_COLUMNS, [_row(each) for each in found.routes[:limit]])
    left = len(found.routes) - limit
    if left > 0:
        console.note(f"and {left} more routes: --limit {min(len(found.routes), MOST_ROWS)}")
    if found.others:
        console.note(f"and {found.others} calls to other routes: too many to be told apart")
    if found.is_cut:
        console.note("note: older refusals were left out")
    console.note("next:")
    console.note("  authserver audit show DECISION")
    console.note("  open what is meant to be called with [[open]] in the site's policy")


def _row(each: UnknownRoute) -> tuple[object, ...]:
    return (
        each.calls,
        each.method,
        each.shape,
        each.resource,
        shown_time(each.last_at),
        shown_time(each.first_at),
        ", ".join(each.callers),
        each.decision_id,
    )


def _value(found: UnknownRoutes, limit: int) -> dict[str, object]:
    return {
        "since": written(found.since),
        "calls": found.looked_at,
        "cut": found.is_cut,
        "others": found.others + sum(each.calls for each in found.routes[limit:]),
        "routes": [
            {
                "resource": each.resource,
                "method": each.method,
                "path": each.shape,
                "calls": each.calls,
                "first": written(each.first_at),
                "last": written(each.last_at),
                "callers": each.callers,
                "decision_id": each.decision_id,
            }
            for each in found.routes[:limit]
        ],
    }
