"""Stand-ins as processes of Node.js on loopback: started, waited for, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import requests

from tests.node_packages import node

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT: Final = Path(__file__).parent
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0


@dataclass(slots=True)
class NodeProcess:
    """`words` are the command behind `node`, `health` a path that answers 200 when it is up.

    It runs in `folder`, whose `log` it writes. Use as a block.
    """

    folder: Path
    port: int
    words: Sequence[str]
    health: str
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def origin(self) -> str:
        """Where it answers. All of them call themselves localhost."""
        return f"http://localhost:{self.port}"

    def __enter__(self) -> Self:
        """Start it, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [node(), *self.words],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                if requests.get(self.origin + self.health, timeout=2).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.05)
        said = (self.folder / "log").read_text(errors="replace")[-2000:]
        raise AssertionError(f"{self.words[0]} does not answer:\n{said}")

    def stop(self) -> None:
        """Stop it, if it runs; return when it is gone."""
        if self.process is None:
            return
        process, self.process = self.process, None
        # The program `node` of PyPI is a script that waits for the real one.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
