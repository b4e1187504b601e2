"""A supervisor on the stubs, as a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.ports import free_port

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Iterator

PATIENCE_SECONDS: Final = 20.0
ROOT: Final = Path(__file__).parents[2]


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Look again and again; fail with `what` when it never comes true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


class Running:
    """A started supervisor; `folder` holds its plan and everything it writes."""

    def __init__(self, folder: Path, *, stdin: int = subprocess.DEVNULL, **words: Any) -> None:
        self.folder = folder
        self.words: dict[str, Any] = {"port": free_port(), "argument": {}} | words
        self.plan = folder / "plan.json"
        self.write_plan()
        self.errors = (folder / "stderr.txt").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.supervisor.driver", str(self.plan)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )

    def write_plan(self, **words: Any) -> None:
        self.words |= words
        self.plan.write_text(json.dumps(self.words))

    def wait_ready(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("ready: "), self.log()
        return line

    def log(self) -> str:
        return (self.folder / "stderr.txt").read_text()

    def children(self) -> set[int]:
        """Living processes whose parent is the supervisor."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return {int(pid) for pid in path.read_text().split()}
        except OSError:
            return set()

    def get(self, path: str = "/") -> str:
        """The body of an answer 200; OSError or HTTPException where there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.words["port"], timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            assert response.status == 200
            return response.read().decode()

    def worker_pids(self) -> set[int]:
        """Workers that answer now: with luck all of them, see `children` for certainty."""
        return {int(self.get()) for _ in range(20)}

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait_end(self) -> int:
        return self.process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        children = self.children()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in children:
            wait_until(lambda pid=pid: not is_alive(pid), f"end of {pid}")  # type: ignore[misc]  # the default binds the loop's value
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.errors.close()


@contextlib.contextmanager
def running(folder: Path, **words: Any) -> Iterator[Running]:
    """A supervisor that has printed its ready line; nothing of it is left afterwards."""
    server = Running(folder, **words)
    try:
        server.wait_ready()
        yield server
    finally:
        server.close()
