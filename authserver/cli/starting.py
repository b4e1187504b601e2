"""The conditions on which a server starts: `doctor` finds nothing that blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from authserver.cli.checks import Report, Severity
from authserver.cli.console import printable
from authserver.cli.context import Context
from authserver.cli.doctor import examine
from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    from authserver.settings import Settings


class InstallationUnfit(DomainError):
    """No server may start on this installation; the text names every cause and what to do."""


def fit_settings() -> Settings:
    """The settings from their usual places, for servers other than `authserver serve`.

    Raises:
        SettingsInvalid: the settings themselves are refused.
        InstallationUnfit: `authserver doctor` finds a blocker.
    """
    context = Context()
    report = examine(context)
    tell(report, Severity.WARNING)
    if report.blockers:
        raise InstallationUnfit(
            "; ".join(
                f"{check.identifier}: {printable(finding.what)} ({printable(finding.fix)})"
                for check, finding in report.blockers
            )
        )
    return context.settings


def tell(report: Report, severity: Severity) -> None:
    """Each finding of that severity and its advice, on stderr."""
    word = "error" if severity is Severity.BLOCKER else str(severity)
    for check, finding in report.with_severity(severity):
        click.echo(f"{word}: {check.identifier}: {printable(finding.what)}", err=True)
        click.echo(f"hint: {printable(finding.fix)}", err=True)
