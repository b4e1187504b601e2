"""Runs the supervisor on the stubs: `python -m tests.supervisor.driver plan.json`."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from authserver.crypto.system import SystemClock
from authserver.domain.errors import DomainError, InvalidField
from authserver.supervisor import supervision
from authserver.supervisor.plans import (
    HousekeepingPlan,
    ListenAt,
    MetricsPlan,
    ServePlan,
    WorkerPlan,
)
from authserver.supervisor.serving import serve


def make_plan(path: Path) -> ServePlan:
    """The plan that the file describes. Raises InvalidField where it is no JSON."""
    try:
        words: dict[str, Any] = json.loads(path.read_text())
    except ValueError as error:
        raise InvalidField("plan", "a JSON object") from error
    folder = path.parent
    socket = words.get("socket")
    return ServePlan(
        listen=ListenAt("127.0.0.1", words["port"], socket and folder / socket, 0o600, 128),
        workers=words.get("workers", 2),
        worker=WorkerPlan("tests.supervisor.stub:create_app", words["argument"], 2, 128, 10),
        housekeeping=(
            HousekeepingPlan("tests.supervisor.stub:run_housekeeping", words["argument"])
            if "housekeeping" in words["argument"]
            else None
        ),
        metrics=(
            MetricsPlan("127.0.0.1", words["metrics"], folder / "metrics")
            if "metrics" in words
            else None
        ),
        drain_seconds=words.get("drain", 10),
        pid_file=folder / "serve.pid",
        metrics_directory=folder / "metrics",
        host="localhost",
        url=f"http://127.0.0.1:{words['port']}",
    )


def main() -> None:
    path = Path(sys.argv[1])
    words = json.loads(path.read_text())
    supervision.AGAIN_SECONDS = words.get("again", supervision.AGAIN_SECONDS)  # type: ignore[misc]  # a test shortens it
    logging.basicConfig(stream=sys.stderr, level="INFO", format="%(message)s")
    try:
        serve(
            make_plan(path),
            clock=SystemClock(),
            replan=lambda: make_plan(path),
            announce=lambda line: print(line, flush=True),  # noqa: T201 - what the tests wait for
        )
    except DomainError as error:
        sys.exit(f"error: {error} ({getattr(error, 'hint', '')})")


if __name__ == "__main__":
    main()
