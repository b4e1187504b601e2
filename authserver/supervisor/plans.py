"""What the supervisor is asked to run: plain values, no settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ListenAt:
    """Where to listen: a Unix socket if one is named, else address and port."""

    address: str
    port: int
    unix_socket: Path | None
    unix_socket_mode: int
    backlog: int


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """What a worker runs.

    `target` is `module:factory`; the factory is called with `argument` and returns a WSGI
    application. `argument` travels to the worker by pickle.
    """

    target: str
    argument: object
    threads: int
    backlog: int
    header_timeout_seconds: int


@dataclass(frozen=True, slots=True)
class HousekeepingPlan:
    """What the housekeeping process runs.

    `target` is `module:function`; it is called with `argument` and a `threading.Event` and works
    until the event is set.
    """

    target: str
    argument: object


@dataclass(frozen=True, slots=True)
class MetricsPlan:
    """Where the listener for metrics alone is, and the folder of the workers' counters."""

    address: str
    port: int
    directory: Path


@dataclass(frozen=True, slots=True)
class ServePlan:
    """Everything the supervisor needs.

    `host` is the value of `Host` in the supervisor's own question whether the server is ready;
    `url` is what people are told. `housekeeping` and `metrics` are `None` where no process is
    wanted for them.
    """

    listen: ListenAt
    workers: int
    worker: WorkerPlan
    housekeeping: HousekeepingPlan | None
    metrics: MetricsPlan | None
    drain_seconds: int
    pid_file: Path
    metrics_directory: Path
    host: str
    url: str

    def fixed_parts(self) -> tuple[object, ...]:
        """What cannot change while the supervisor runs."""
        return (
            self.listen,
            self.workers,
            self.housekeeping is None,
            self.metrics,
            self.pid_file,
            self.metrics_directory,
        )
