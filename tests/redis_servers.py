"""Real Redis servers for tests: one process each, on a socket and a port of their own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

import redis

from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS: Final = 10.0


@dataclass
class RedisServer:
    """A server in a folder; it keeps nothing on disk unless `options` say so."""

    folder: Path
    options: tuple[str, ...] = ()
    password: str = ""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        """A client of our own."""
        return redis.Redis(port=self.port, password=self.password or None, protocol=2)

    def start(self) -> Self:
        """Start it; returned when it answers."""
        program = shutil.which("redis-server")
        assert program is not None, "redis-server is missing: see tests/system-packages"
        self.folder.mkdir(parents=True, exist_ok=True)
        asked = ("--requirepass", self.password) if self.password else ()
        self.process = subprocess.Popen(
            [
                program,
                *("--bind", "127.0.0.1", "--port", str(self.port)),
                *("--dir", str(self.folder), "--save", "", "--daemonize", "no"),
                *asked,
                *self.options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.02)
        return self

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                client.ping()
        except redis.ConnectionError:
            return False
        return True

    def stop(self) -> None:
        """End it at once."""
        if self.process is not None:
            process, self.process = self.process, None
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections, and answers nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """FLUSHALL."""
        with self.client() as client:
            client.flushall()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
