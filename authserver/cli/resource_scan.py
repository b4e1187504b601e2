"""`authserver resource scan-anonymous`: what a site answers to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast

import click

from authserver.cli.administration import JSON, naming, parts
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import DURATION
from authserver.cli.exit_codes import ExitCode
from authserver.cli.resource_scan_views import COLUMNS, next_steps, rows, scan_value, summary
from authserver.domain.anonymous_scans import ScanStop
from authserver.services.anonymous_scans import PER_SECOND, TOTAL_SECONDS, ScanLimits

if TYPE_CHECKING:
    from authserver.services.anonymous_scans import AnonymousScans

FASTEST: Final = 20.0
LONGEST: Final = 3600
_PROGRESS: Final = 25
_AS_WISHED: Final = frozenset({None, ScanStop.LIMIT})


class ScanParts(Protocol):
    """What this command asks of the container."""

    @property
    def anonymous_scans(self) -> AnonymousScans:
        """Looks what sites answer to everybody."""
        ...


@click.command("scan-anonymous", short_help="Show what a site answers without a credential.")
@click.argument("name")
@click.option(
    "--url", default="", help="Ask another address of the site, such as its gateway's, over https."
)
@click.option(
    "--per-second",
    type=click.FloatRange(0.1, FASTEST),
    default=PER_SECOND,
    show_default=True,
    help="Calls a second at most.",
)
@click.option("--limit", type=click.IntRange(1), default=None, help="So many operations at most.")
@click.option(
    "--within",
    type=DURATION,
    default=int(TOTAL_SECONDS),
    help="Stop after so long, an hour at most.  [default: 10m]",
)
@JSON
@pass_context
def scan_anonymous(
    context: Context,
    *,
    name: str,
    url: str,
    per_second: float,
    limit: int | None,
    within: int,
    as_json: bool,
) -> None:
    """Call a site's read operations without a credential and show which ones are answered.

    It asks at the address that the site is registered with, so past any gateway. Only documented
    GET operations that read and need no id in their path are called, one after the other. Redirects
    are not followed, and nothing of an answer is kept but its status. GATEWAY says what today's
    policy on anonymous calls makes of the same call. The scan is on record (resource.scanned).

    Exit code 3: it ended early, for the site did not answer, asked to slow down, or took too long.
    """
    if not 1 <= within <= LONGEST:
        raise click.BadParameter("1s to 1h", param_hint="--within")
    console = context.console

    def progress(asked: int, of: int) -> None:
        if asked % _PROGRESS == 0 and asked < of:
            console.note(f"{asked} of {of} operations asked")

    with naming({"url": "--url"}):
        found = cast("ScanParts", context.container()).anonymous_scans.scan(
            name,
            parts(context).operator,
            limits=ScanLimits(per_second, within, limit or 0),
            url=url,
            progress=None if as_json else progress,
        )
    if as_json:
        console.json(scan_value(found))
    else:
        console.table(COLUMNS, rows(found))
        console.line()
        for line in summary(found):
            console.line(line)
        console.note("next:")
        for line in next_steps(found):
            console.note(f"  {line}")
    if found.stopped not in _AS_WISHED:
        raise SystemExit(ExitCode.FINDINGS)
