"""The process that answers on the listener for metrics alone."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from authserver.supervisor.child_side import report_ready, take_plan

if TYPE_CHECKING:
    from authserver.supervisor.plans import MetricsPlan


def main() -> None:
    """Answer every GET with the counters of all workers until SIGTERM or SIGINT."""
    plan: MetricsPlan = take_plan()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(plan.directory))  # type: ignore[no-untyped-call]  # the library's constructor has no types
    server, _ = start_http_server(plan.port, addr=plan.address, registry=registry)
    report_ready()
    stop.wait()
    server.shutdown()


if __name__ == "__main__":
    main()
