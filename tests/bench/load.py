"""One measurement: wrk against one address with prepared requests."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("request.lua")


@dataclass(frozen=True, slots=True)
class Prepared:
    """One request: `form` empty means GET; `headers` are further ones."""

    path: str
    authorization: str
    form: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> str:
        """As the wrk script reads it."""
        more = "\t".join(f"{name}={value}" for name, value in self.headers.items())
        return f"{self.path}\t{self.authorization}\t{urlencode(self.form)}\t{more}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What wrk saw: requests per second, latencies in milliseconds, answers that were no 2xx.

    `cpu_us` is the processor time of the server's workers for one request, in microseconds: it
    says what a request costs even when something else is busy on the machine.
    """

    per_second: float
    p50: float
    p99: float
    errors: int
    cpu_us: float


def run_load(
    url: str,
    requests: Sequence[Prepared],
    seconds: float,
    workers: Iterable[int],
    *,
    once: bool = False,
) -> Measured:
    """Drive `url` with 32 connections for `seconds`; with `once` each request is sent once.

    `workers` are the process ids of the server that answers.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".requests", delete=False) as file:
        file.write("\n".join(request.line() for request in requests) + "\n")
    environment = {**os.environ, "BENCH_REQUESTS": file.name}
    if once:
        environment["BENCH_ONCE"] = "1"
    duration = max(1, round(seconds))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{duration}s", "-s", str(SCRIPT), url]
    processes = [psutil.Process(pid) for pid in workers]
    before = _processor_seconds(processes)
    try:
        output = subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout
    finally:
        Path(file.name).unlink()
    spent = _processor_seconds(processes) - before
    figures = next(line for line in output.splitlines() if line.startswith("RESULT ")).split()[1:]
    count, microseconds, p50, p99, errors = map(int, figures)
    return Measured(
        count / (microseconds / 1e6), p50 / 1000, p99 / 1000, errors, spent / count * 1e6
    )


def _processor_seconds(processes: Sequence[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return sum(each.user + each.system for each in times)
