"""The housekeeping process: gives way to the workers, works until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Final

from authserver.loading import loading_for_good
from authserver.supervisor.child_side import load_target, report_ready, take_plan

if TYPE_CHECKING:
    from authserver.supervisor.plans import HousekeepingPlan

_NICENESS: Final = 10


def main() -> None:
    """Run the target until SIGTERM or SIGINT."""
    plan: HousekeepingPlan = take_plan()
    os.nice(_NICENESS)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    with loading_for_good():
        target = load_target(plan.target)
    report_ready()
    target(plan.argument, stop)


if __name__ == "__main__":
    main()
