"""A real nginx on a configuration of the test's, in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

import psutil

from tests.not_run import not_run

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

START_SECONDS: Final = 15.0
STOP_SECONDS: Final = 15.0
_LISTEN: Final = re.compile(r"^\s*listen\s+(?:127\.0\.0\.1:)?([0-9]+)", re.MULTILINE)
_TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def nginx_binary(suite: str = "the gateways") -> str:
    """Where nginx is; without it the test does not run, and says so."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        not_run(suite, "nginx is not installed")
    return found


def check_configuration(folder: Path, configuration: str) -> subprocess.CompletedProcess[str]:
    """`nginx -t` on something for the http context."""
    main = NginxProcess(folder, configuration).write()
    return subprocess.run(
        [nginx_binary(), "-t", "-q", "-c", str(main), "-e", str(folder / "start.log")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@dataclass(slots=True)
class NginxProcess:
    """nginx in `folder`, serving `configuration` (for the http context) on loopback ports.

    Works as root and as anybody else. Leaving the block stops it; should the test's process die,
    it is stopped by the kernel.
    """

    folder: Path
    configuration: str
    workers: int = 1
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def ports(self) -> list[int]:
        """Those that the configuration listens on."""
        return sorted({int(port) for port in _LISTEN.findall(self.configuration)})

    @property
    def error_log(self) -> str:
        """What nginx said: its own log, and every other `*.error.log` in the folder."""
        files = [self.folder / "start.log", *sorted(self.folder.glob("*error.log"))]
        return "".join(each.read_text(errors="replace") for each in files if each.exists())

    def write(self) -> Path:
        """Write the files; the main one is what `nginx -c` takes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        served = self.folder / "served.conf"
        served.write_text(self.configuration)
        user = "user root;\n" if os.geteuid() == 0 else ""
        paths = "".join(f"    {name}_temp_path {self.folder}/{name};\n" for name in _TEMPORARY)
        main = self.folder / "nginx.conf"
        main.write_text(
            f"{user}daemon off;\nworker_processes {self.workers};\n"
            f"pid {self.folder}/nginx.pid;\nerror_log {self.folder}/main.error.log notice;\n"
            "events { worker_connections 1024; }\n"
            f"http {{\n    access_log off;\n{paths}    include {served};\n}}\n"
        )
        return main

    def start(self) -> NginxProcess:
        """Start it; returns when every port answers and every worker is there."""
        command = [nginx_binary(), "-c", str(self.write()), "-e", str(self.folder / "start.log")]
        keeper = shutil.which("setpriv")
        if keeper is not None:
            command = [keeper, "--pdeathsig", "TERM", *command]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS
        # It listens before it minds signals; by the time it has workers it does.
        while not (len(self._workers()) == self.workers and all(map(_answers, self.ports))):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"nginx did not start:\n{self.error_log}")
            time.sleep(0.01)
        return self

    def reload(self, configuration: str | None = None) -> None:
        """Take a new configuration, or the same again; returns when only new workers answer."""
        assert self.process is not None
        if configuration is not None:
            self.configuration = configuration
        self.write()
        before = set(self._workers())
        self.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + START_SECONDS
        while len(set(self._workers()) - before) < self.workers or any(map(_listens, before)):
            if time.monotonic() > deadline:
                raise AssertionError(f"nginx did not reload:\n{self.error_log}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop it with all its workers."""
        if self.process is None:
            return
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise

    def _workers(self) -> list[int]:
        assert self.process is not None
        try:
            children = psutil.Process(self.process.pid).children()
            # Others mind a cache.
            return [each.pid for each in children if "worker process" in " ".join(each.cmdline())]
        except psutil.NoSuchProcess:
            return []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _listens(pid: int) -> bool:
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return False
    return any(each.status == psutil.CONN_LISTEN for each in connections)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
