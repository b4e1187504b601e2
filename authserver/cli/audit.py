"""`authserver audit`: search, export and verify the record of acts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast

import click

from authserver.cli.audit_calls import calls
from authserver.cli.audit_journals import AS_STORED, JSON, catch_up
from authserver.cli.audit_summary import summary
from authserver.cli.audit_unknown_paths import unknown_paths
from authserver.cli.audit_views import (
    COLUMNS,
    cells,
    fields,
    record_value,
    report_lines,
    report_value,
)
from authserver.cli.context import Context, pass_context
from authserver.cli.exit_codes import ExitCode
from authserver.domain.audit import Outcome
from authserver.domain.audit_records import PAGE_MAX
from authserver.domain.audit_times import written
from authserver.domain.errors import InvalidField, NotFound
from authserver.services.audit_searches import SearchTerms

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.audit_ports import Anchor
    from authserver.services.audit import AuditService

PROGRESS_RECORDS: Final = 100_000
"""How often a verification says how far it is."""

_Command = TypeVar("_Command", bound="Callable[..., None]")


class AuditParts(Protocol):
    """What these commands ask of the container."""

    @property
    def audit(self) -> AuditService:
        """The use cases."""
        ...

    def audit_anchor(self, path: Path) -> Anchor:
        """The anchor in that file."""
        ...


def _narrowing(command: _Command) -> _Command:
    """The options that search and export share."""
    for option in reversed(
        (
            click.option("--since", default="", metavar="TIME", help="From then on, or this old."),
            click.option("--until", default="", metavar="TIME", help="Before then."),
            click.option(
                "--actor", default="", help="Who acted, without the kind before the colon."
            ),
            click.option("--client", default="", help="The client's id."),
            click.option(
                "--resource", default="", help="A site's name or identifier: either finds both."
            ),
            click.option("--action", default="", help="An action, or its first parts (token)."),
            click.option(
                "--outcome",
                type=click.Choice([each.value for each in Outcome]),
                default=None,
                help="How it ended.",
            ),
            click.option("--reason", default="", help="A reason, such as unknown-path."),
            click.option("--request-id", default="", help="The request's id."),
            click.option("--token-id", default="", help="The token's id (jti)."),
            click.option("--object", "object_name", default="", help="KIND:ID, or an id alone."),
        )
    ):
        command = option(command)
    return command


@click.group()
def audit() -> None:
    """Search, export and verify the record of acts.

    A TIME is ISO 8601 with its zone (2027-01-15T08:00:00Z) or an age (30s, 15m, 2h, 7d, 4w).
    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 the chain is broken, 4 storage does not answer.
    """


@audit.command("search")
@_narrowing
@click.option(
    "--limit", type=click.IntRange(1, PAGE_MAX), default=50, show_default=True, help="At most."
)
@click.option("--cursor", default="", help="next_cursor of the page before.")
@AS_STORED
@JSON
@pass_context
def search_records(
    context: Context, /, *, limit: int, cursor: str, as_stored: bool, as_json: bool, **terms: str
) -> None:
    """Show records, newest first."""
    parts = _parts(context)
    catch_up(parts.audit, as_stored=as_stored)
    page = parts.audit.search(SearchTerms(**_stated(terms)), limit=limit, cursor=cursor)
    following = None if page.next_cursor is None else str(page.next_cursor)
    if as_json:
        records = [record_value(record) for record in page.records]
        context.console.json({"records": records, "next_cursor": following})
        return
    if not page.records:
        context.console.note("no record fits")
        return
    context.console.table(COLUMNS, [cells(record) for record in page.records])
    if following is not None:
        context.console.note(f"more: --cursor {following}")


@audit.command("show", short_help="Show everything about one request or decision.")
@click.argument("request_id", metavar="ID")
@AS_STORED
@JSON
@pass_context
def show_request(context: Context, /, *, request_id: str, as_stored: bool, as_json: bool) -> None:
    """Show everything on record about the request or the decision with that ID.

    It is the X-Request-ID or X-Decision-Id of the answer, and stands in refusals and in logs.
    """
    parts = _parts(context)
    catch_up(parts.audit, as_stored=as_stored)
    page = parts.audit.search(SearchTerms(request_id=request_id), limit=PAGE_MAX, cursor="")
    if not page.records:
        raise NotFound("record", request_id)
    if as_json:
        context.console.json({"records": [record_value(record) for record in page.records]})
        return
    for number, record in enumerate(reversed(page.records)):
        if number:
            context.console.line()
        context.console.fields(fields(record))


audit.add_command(unknown_paths)


@audit.command("export", short_help="Print every record that fits, one JSON object per line.")
@_narrowing
@AS_STORED
@pass_context
def export_records(context: Context, /, *, as_stored: bool, **terms: str) -> None:
    """Print every record that fits as one JSON object per line, newest first."""
    parts = _parts(context)
    catch_up(parts.audit, as_stored=as_stored)
    for record in parts.audit.export(SearchTerms(**_stated(terms))):
        click.echo(json.dumps(record_value(record), separators=(",", ":")))


@audit.command("verify", short_help="Check every record, seal and checkpoint.")
@click.option(
    "--anchor",
    "anchors",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A file of checkpoints kept elsewhere. May be repeated.",
)
@AS_STORED
@JSON
@pass_context
def verify_chain(
    context: Context, *, anchors: tuple[Path, ...], as_stored: bool, as_json: bool
) -> None:
    """Check every record, seal and checkpoint; name each place where something is wrong."""
    parts = _parts(context)
    catch_up(parts.audit, as_stored=as_stored)
    told = 0

    def progress(records: int) -> None:
        nonlocal told
        if records - told >= PROGRESS_RECORDS:
            told = records
            context.console.note(f"{records} records checked")

    try:
        report = parts.audit.verify([parts.audit_anchor(path) for path in anchors], progress)
    except OSError as problem:
        raise InvalidField("anchor", f"a readable file ({problem.strerror})") from problem
    if as_json:
        context.console.json(report_value(report))
    else:
        for line in report_lines(report):
            context.console.line(line)
    if not report.is_clean:
        raise SystemExit(ExitCode.FINDINGS)


@audit.command("seal", short_help="Seal what is committed and sign a checkpoint.")
@JSON
@pass_context
def seal_chain(context: Context, *, as_json: bool) -> None:
    """Move journals, seal what is committed and sign a checkpoint, now."""
    parts = _parts(context)
    parts.audit.catch_up()
    checkpoint = parts.audit.seal_now()
    if as_json:
        context.console.json(None if checkpoint is None else json.loads(checkpoint.line()))
    elif checkpoint is None:
        context.console.note("nothing was signed: no records yet, or another sealer was faster")
    else:
        context.console.fields(
            {
                "checkpoint": checkpoint.number,
                "time": written(checkpoint.at),
                "position": checkpoint.position,
                "seal": checkpoint.seal,
                "code": checkpoint.code.hex(),
            }
        )


audit.add_command(calls)
audit.add_command(summary)


def _parts(context: Context) -> AuditParts:
    return cast("AuditParts", context.container())


def _stated(terms: dict[str, str]) -> dict[str, str]:
    """The terms that were given."""
    return {name: value for name, value in terms.items() if value}
