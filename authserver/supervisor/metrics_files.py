"""The folder through which workers share their counters (prometheus_client, multiprocess mode)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from authserver.supervisor.listening import ListenRefused

if TYPE_CHECKING:
    from pathlib import Path

METRICS_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_LIVE_GAUGES: Final = "gauge_live*_{pid}.db"


def prepare(directory: Path) -> None:
    """Make the folder, empty it of the last run's files, and name it to the processes to come.

    Raises:
        ListenRefused: the folder cannot be used.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in directory.glob("*.db"):
            path.unlink()
    except OSError as error:
        cause = (error.strerror or type(error).__name__).lower()
        raise ListenRefused(
            f"the folder {directory} cannot be used: {cause}",
            hint="run authserver init, or correct metrics.directory",
        ) from error
    os.environ[METRICS_VARIABLE] = str(directory)


def forget(directory: Path, pid: int) -> None:
    """Remove the gauges of an ended process that only count while it lives; its counters stay."""
    for path in directory.glob(_LIVE_GAUGES.format(pid=pid)):
        path.unlink(missing_ok=True)
