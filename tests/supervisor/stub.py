"""Stand-ins for the application and for housekeeping."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client import Counter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class NeverAgain:
    """Turns of which each thread has one, and no second."""

    def begin(self) -> None:
        """Nothing."""

    def end(self, *, may_stand_by: bool = True) -> None:
        if may_stand_by:
            threading.Event().wait()

    def look(self) -> None:
        """Nothing."""


class StubApplication:
    """Answers its process id, what it has of its environment and of garbage, or slowly."""

    def __init__(self, argument: dict[str, str]) -> None:
        self.argument = argument
        if "never again" in argument:
            self.turns = NeverAgain()
        self.requests = Counter("stub_requests", "Requests to /count.", registry=None)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/count":
            self.requests.inc()
        if path == "/slow":
            time.sleep(1.5)
        body = {
            "/keys": " ".join(sorted(environ)),
            "/argument": self.argument.get("word", ""),
            "/garbage": garbage(),
            "/metrics-directory": os.environ.get("PROMETHEUS_MULTIPROC_DIR", ""),
        }.get(path, str(os.getpid()))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [body.encode()]

    def close(self) -> None:
        if "closed" in self.argument:
            Path(self.argument["closed"]).write_text("closed")


def garbage() -> str:
    """What this process does about it."""
    kept = "kept" if gc.get_freeze_count() else "not kept"
    return f"{kept}, looks for {'more' if gc.isenabled() else 'none'}"


def create_app(argument: dict[str, str]) -> StubApplication:
    """Start-up fails for as long as the file `broken` exists."""
    if "broken" in argument and Path(argument["broken"]).exists():
        sys.exit("the stub was told to fail")
    return StubApplication(argument)


def run_housekeeping(argument: dict[str, str], stop: threading.Event) -> None:
    """Leave the process id in a file, again at the end."""
    path = Path(argument["housekeeping"])
    path.write_text(f"{os.getpid()} {os.nice(0)}")
    stop.wait()
    path.write_text("ended")
