"""Settings of the running server: listening, workers, metrics, housekeeping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.settings_fields import setting
from authserver.settings_kinds import Address, Choice, FileMode, FilePath, Networks, WholeNumber

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How `authserver serve` listens and works."""

    address: str = setting(
        Address(),
        "127.0.0.1",
        "Address to listen on. Stay on loopback and let the reverse proxy face the network.",
    )
    port: int = setting(WholeNumber(1, 65535), 8000, "TCP port to listen on.")
    unix_socket: Path | None = setting(
        FilePath(optional=True),
        "",
        "Path of a Unix socket to listen on instead of address and port.",
    )
    unix_socket_mode: int = setting(
        FileMode(), "660", "Who may connect to the Unix socket: its permission bits."
    )
    workers: int = setting(
        WholeNumber(0, 64), 0, "Worker processes; 0 means one per processor core, at least two."
    )
    blocking_threads: int = setting(
        WholeNumber(1, 64),
        1,
        "Requests that a worker works on at the same time. Those that wait for the database or for "
        "anything else do not count, so one keeps a processor core busy; more only get in each "
        "other's way.",
        unit="requests",
    )
    waiting_threads: int = setting(
        WholeNumber(4, 256),
        48,
        "Requests per worker that may wait beside those: for a body that comes slowly, for the "
        "database, for a revocation to be known everywhere (three quarters of them at most; "
        "a worker takes 2.5 revocations a second for each thread that may wait for one).",
        unit="requests",
    )
    backlog: int = setting(
        WholeNumber(128, 65535), 1024, "Connections that may wait for a worker.", unit="connections"
    )
    trusted_proxies: tuple[str, ...] = setting(
        Networks(words=("unix",)),
        [],
        "Peers whose X-Forwarded-For and X-Raw-Target headers count: networks, and the word unix "
        "for whoever may connect to the Unix socket. Empty: nobody.",
    )
    drain_seconds: int = setting(
        WholeNumber(1, 300),
        20,
        "How long a stopping worker may finish the requests it has begun.",
        unit="seconds",
    )
    header_timeout_seconds: int = setting(
        WholeNumber(1, 300),
        30,
        "How long a client may take to send the head of a request, and how long a connection may "
        "rest between two. A proxy in front lets go of resting connections earlier than this.",
        unit="seconds",
    )
    pid_file: Path | None = setting(
        FilePath(optional=True),
        "",
        "File that holds the supervisor's process id while it runs; empty: "
        "serve-<port or socket name>.pid in data_directory.",
    )


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Prometheus metrics; never public."""

    key_file: Path | None = setting(
        FilePath(optional=True),
        "",
        "File whose first line is the bearer key for /metrics; empty: /metrics answers 404.",
    )
    address: str = setting(Address(), "127.0.0.1", "Address of the listener for metrics alone.")
    port: int = setting(
        WholeNumber(0, 65535), 0, "Port of the listener for metrics alone; 0: none."
    )
    directory: Path | None = setting(
        FilePath(optional=True),
        "",
        "Folder for the workers' counters, emptied at start-up; empty: "
        "metrics-<port or socket name> in data_directory.",
    )


@dataclass(frozen=True, slots=True)
class HousekeepingSettings:
    """Moving journals, sealing records, sweeping what has expired, rotating keys."""

    mode: str = setting(
        Choice(("process", "thread", "off")),
        "process",
        "Where it runs. process: a process of its own beside the workers. thread: inside each "
        "worker, one of them at a time. off: nowhere; another server on this database does it.",
    )
