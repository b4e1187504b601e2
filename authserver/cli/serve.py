"""`authserver serve`: run the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click

from authserver.cli.checks import Report, Severity
from authserver.cli.context import Context, pass_context
from authserver.cli.doctor import examine
from authserver.cli.starting import tell
from authserver.crypto.system import SystemClock
from authserver.logs import configure
from authserver.settings_sources import read_settings
from authserver.supervisor import serving
from authserver.supervisor.plans import (
    HousekeepingPlan,
    ListenAt,
    MetricsPlan,
    ServePlan,
    WorkerPlan,
)

if TYPE_CHECKING:
    from authserver.settings import Settings

APPLICATION: Final = "authserver.app:create_app"
HOUSEKEEPING: Final = "authserver.wiring:run_housekeeping"


@click.command()
@pass_context
def serve(context: Context) -> None:
    """Run the server until SIGTERM or Ctrl-C; SIGHUP reads the settings again.

    Refuses to start while `authserver doctor` finds a blocker. Prints one line with the URL when
    the server answers.
    """
    settings = context.settings
    _require_health(examine(context))
    configure(settings.log_level)

    def replan() -> ServePlan:
        return make_plan(read_settings(context.loaded.file).settings)

    serving.serve(
        make_plan(settings), clock=SystemClock(), replan=replan, announce=context.console.line
    )


def make_plan(settings: Settings) -> ServePlan:
    """What the supervisor is to run, from the settings."""
    server = settings.server
    return ServePlan(
        listen=ListenAt(
            address=server.address,
            port=server.port,
            unix_socket=server.unix_socket,
            unix_socket_mode=server.unix_socket_mode,
            backlog=server.backlog,
        ),
        workers=settings.worker_count,
        worker=WorkerPlan(
            target=APPLICATION,
            argument=settings,
            threads=server.blocking_threads + server.waiting_threads,
            backlog=server.backlog,
            header_timeout_seconds=server.header_timeout_seconds,
        ),
        housekeeping=(
            HousekeepingPlan(HOUSEKEEPING, settings)
            if settings.housekeeping.mode == "process"
            else None
        ),
        metrics=(
            MetricsPlan(settings.metrics.address, settings.metrics.port, settings.metrics_directory)
            if settings.metrics.port
            else None
        ),
        drain_seconds=server.drain_seconds,
        pid_file=settings.pid_file,
        metrics_directory=settings.metrics_directory,
        host=urlsplit(settings.issuer).netloc,
        url=_url(settings),
    )


def _url(settings: Settings) -> str:
    """Where to reach the server, for people."""
    if settings.server.unix_socket is not None:
        return f"{settings.issuer} through unix:{settings.server.unix_socket}"
    here = f"{settings.server.address}:{settings.server.port}"
    local = settings.issuer.startswith("http://")
    return settings.issuer if local else f"{settings.issuer} through {here}"


def _require_health(report: Report) -> None:
    """Tell warnings and blockers; refuse on blockers.

    Raises:
        Exit: with the code of the first blocker.
    """
    for severity in (Severity.WARNING, Severity.BLOCKER):
        tell(report, severity)
    if report.blockers:
        raise click.exceptions.Exit(report.blockers[0][1].exit_code)
