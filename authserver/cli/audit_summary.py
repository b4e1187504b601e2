"""`authserver audit summary`: the numbers of the console's first page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

import click

from authserver.cli.audit_journals import AS_STORED, JSON, catch_up
from authserver.cli.audit_summary_views import (
    CREDENTIALS,
    DAYS,
    DOCUMENTS,
    KEYS,
    MAIL,
    REFUSALS,
    TALKERS,
    summary_rows,
    summary_value,
)
from authserver.cli.context import Context, pass_context

if TYPE_CHECKING:
    from authserver.services.audit import AuditService
    from authserver.services.dashboard import DashboardService


class SummaryParts(Protocol):
    """What this command asks of the container."""

    @property
    def audit(self) -> AuditService:
        """Where the records are looked after."""
        ...

    @property
    def dashboard(self) -> DashboardService:
        """The numbers."""
        ...


@click.command("summary", short_help="Show how many credentials, calls and refusals there are.")
@AS_STORED
@JSON
@pass_context
def summary(context: Context, /, *, as_stored: bool, as_json: bool) -> None:
    """Show the numbers that the console begins with.

    Credentials that count now, by kind: active, ending within 30 days, not used for 90 days.
    Calls of the last 24 hours: refused ones by reason, and who calls most. How many calls of the
    last 30 days passed by a legacy way. Signing keys, identity providers and waiting mail.
    """
    parts = cast("SummaryParts", context.container())
    catch_up(parts.audit, as_stored=as_stored)
    found = parts.dashboard.look()
    if as_json:
        context.console.json(summary_value(found))
        return
    rows = summary_rows(found)
    for number, columns in enumerate((CREDENTIALS, REFUSALS, TALKERS, DAYS, KEYS, DOCUMENTS, MAIL)):
        if number:
            context.console.line()
        context.console.table(columns, rows[columns])
