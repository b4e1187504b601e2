"""Prometheus metrics of the shell, and the text in which all metrics are scraped.

`PROMETHEUS_MULTIPROC_DIR` must be in the environment before this module is imported: then every
worker keeps its figures in files there, and any worker answers for all of them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from collections.abc import Iterable

MULTIPROCESS_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"

BUCKETS: Final = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005),
    *(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
"""Upper bounds in seconds: the fast endpoints take tenths of a millisecond."""

_RESERVED_BYTES: Final = {"counter": 65_536, "histogram": 262_144}
"""Room for about seventy pairs of route and status; beyond that the library grows its file."""


class ShellMetrics:
    """Requests by route and status, and failures that nobody foresaw."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metrics.

        Raises:
            OSError: in multiprocess mode, when the directory has no room for this worker's files.
        """
        directory = os.environ.get(MULTIPROCESS_VARIABLE)
        if directory:
            _reserve(Path(directory))
        self._requests = Histogram(
            "authserver_http_request_seconds",
            "Time to answer a request, by route and status",
            ("route", "status"),
            registry=registry,
            buckets=BUCKETS,
        )
        self._unexpected = Counter(
            "authserver_unexpected_errors",
            "Errors that nobody foresaw and that were answered by a 500",
            registry=registry,
        )
        self._children: dict[tuple[str, int], Histogram] = {}

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is a path of the route table or `pages`, never a raw path."""
        child = self._children.get((route, status))
        if child is None:
            child = self._requests.labels(route or "none", str(status))
            self._children[(route, status)] = child
        child.observe(seconds)

    def unexpected(self) -> None:
        """Count one error that nobody foresaw."""
        self._unexpected.inc()


class DecisionMetrics:
    """Decisions by gateway and by what came of them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metric."""
        self._decisions = Counter(
            "authserver_decisions",
            "Decisions on calls to sites; reason is allowed, or why a call was denied",
            ("gateway", "reason"),
            registry=registry,
        )
        self._children: dict[tuple[str, str], Counter] = {}

    def decided(self, gateway: str, reason: str) -> None:
        """Count one decision; both words come from short lists, never from callers."""
        child = self._children.get((gateway, reason))
        if child is None:
            child = self._decisions.labels(gateway, reason)
            self._children[(gateway, reason)] = child
        child.inc()


class RateMetrics:
    """What came of counting calls for rate limits."""

    def __init__(self, registry: CollectorRegistry, outcomes: Iterable[str]) -> None:
        """Register the metric, with every outcome at nothing."""
        counts = Counter(
            "authserver_rate_counts",
            "Calls counted for rate limits, by outcome; other than counted and limited: see why",
            ("outcome",),
            registry=registry,
        )
        self._children = {each: counts.labels(each) for each in outcomes}

    def told(self, outcome: str) -> None:
        """Count one."""
        self._children[outcome].inc()


def exposition(registry: CollectorRegistry) -> bytes:
    """All metrics in Prometheus' text format; of all workers in multiprocess mode."""
    directory = os.environ.get(MULTIPROCESS_VARIABLE)
    if not directory:
        return generate_latest(registry)
    everybody = CollectorRegistry()
    MultiProcessCollector(everybody, directory)  # type: ignore[no-untyped-call]  # library is half typed
    return generate_latest(everybody)


def _reserve(directory: Path) -> None:
    """Take the disk space of this worker's files now.

    The library maps sparse files into memory: on a full disk the first write into an unbacked
    page would kill the worker with SIGBUS in the middle of a request.
    """
    for kind, size in _RESERVED_BYTES.items():
        descriptor = os.open(
            directory / f"{kind}_{os.getpid()}.db", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            os.posix_fallocate(descriptor, 0, size)
        finally:
            os.close(descriptor)
