"""`authserver doctor`: is this installation as it should be?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

from authserver.cli.api_token_checks import API_TOKEN_CHECKS
from authserver.cli.checks import Check, Finding, Report, Severity, Subject, run_checks
from authserver.cli.client_checks import CLIENT_CHECKS
from authserver.cli.configuration_checks import CONFIGURATION_CHECKS
from authserver.cli.connect_checks import CONNECT_CHECKS
from authserver.cli.context import Context, pass_context
from authserver.cli.environment_checks import ENVIRONMENT_CHECKS
from authserver.cli.exit_codes import ExitCode
from authserver.cli.file_checks import FILE_CHECKS
from authserver.cli.gateway_checks import GATEWAY_CHECKS
from authserver.cli.installation_checks import INSTALLATION_CHECKS
from authserver.cli.mail_checks import MAIL_CHECKS, OUTBOX_CHECKS
from authserver.cli.provider_checks import PROVIDER_CHECKS
from authserver.cli.rate_checks import RATE_CHECKS
from authserver.crypto.system import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable

CHECKS: Final[tuple[Check, ...]] = (
    *CONFIGURATION_CHECKS,
    *ENVIRONMENT_CHECKS,
    *FILE_CHECKS,
    *MAIL_CHECKS,
    *RATE_CHECKS,
    *INSTALLATION_CHECKS,
    *CLIENT_CHECKS,
    *GATEWAY_CHECKS,
    *CONNECT_CHECKS,
    *OUTBOX_CHECKS,
    *API_TOKEN_CHECKS,
    *PROVIDER_CHECKS,
)
"""Every check. Those that need the schema are last: they run only while nothing blocks."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context
def doctor(context: Context, *, as_json: bool) -> None:
    """Check configuration and installation.

    Ends with 3 when something must be mended before the server may start.
    """
    report = examine(context)
    if as_json:
        context.console.json([_as_json(check, finding) for check, finding in report.findings])
    else:
        for line in _lines(report.findings):
            context.console.line(line)
    if report.blockers:
        raise click.exceptions.Exit(ExitCode.FINDINGS)


def examine(context: Context) -> Report:
    """Run every check on the installation that the settings describe.

    Raises:
        SettingsInvalid: the settings themselves are refused.
    """
    with context.wiring.inspection(context.settings) as inspection:
        subject = Subject(context.loaded, os.environ, SystemClock(), inspection)
        return run_checks(CHECKS, subject)


def _lines(findings: Iterable[tuple[Check, Finding]]) -> Iterable[str]:
    counts = dict.fromkeys(Severity, 0)
    for check, finding in findings:
        counts[finding.severity] += 1
        rules = f" [{' '.join(check.rules)}]" if check.rules else ""
        yield f"{finding.severity:<8} {check.identifier}: {finding.what}{rules}"
        if finding.fix:
            yield f"{'':8} -> {finding.fix}"
    yield (
        f"{counts[Severity.BLOCKER]} blockers, {counts[Severity.WARNING]} warnings, "
        f"{counts[Severity.OK]} ok"
    )


def _as_json(check: Check, finding: Finding) -> dict[str, object]:
    return {
        "check": check.identifier,
        "severity": finding.severity,
        "what": finding.what,
        "fix": finding.fix,
        "rules": list(check.rules),
    }
