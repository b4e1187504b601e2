"""Run a server from a plan: socket, pid file, metrics folder, supervision, cleaning up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.supervisor import metrics_files
from authserver.supervisor.listeners import open_listeners
from authserver.supervisor.listening import remove_unix_socket
from authserver.supervisor.pid_files import pid_file
from authserver.supervisor.signals import signals_as_bytes
from authserver.supervisor.supervision import Supervision

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.ports import Clock
    from authserver.supervisor.plans import ServePlan


def serve(
    plan: ServePlan,
    *,
    clock: Clock,
    replan: Callable[[], ServePlan],
    announce: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP reads the plan anew and renews the processes.

    Raises:
        ListenRefused: the place to listen at is taken or not allowed.
        WorkersHopeless: workers cannot start.
    """
    with pid_file(plan.pid_file), open_listeners(plan.listen, plan.workers) as listeners:
        metrics_files.prepare(plan.metrics_directory)
        with signals_as_bytes() as wakeups:
            try:
                Supervision(plan, listeners, clock, replan, announce).run(wakeups)
            finally:
                remove_unix_socket(plan.listen)
