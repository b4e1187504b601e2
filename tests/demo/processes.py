"""Every process that the demo starts, and the proof that none of them is left."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

START_SECONDS: Final = 20.0
STOP_SECONDS: Final = 25.0


def leash() -> tuple[str, ...]:
    """Words in front of a command that let it end when the process that started it is killed."""
    setpriv = shutil.which("setpriv")
    return () if setpriv is None else (setpriv, "--pdeathsig=TERM", "--")


@dataclass(slots=True)
class Processes:
    """Each is the leader of its own session, so that Ctrl-C reaches the demo alone."""

    _leaders: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(
        self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> Path:
        """Start a server that stays in the foreground; the file it logs to."""
        log_file = folder / f"{name}.log"
        with log_file.open("ab") as log:
            self._leaders[name] = subprocess.Popen(
                [*leash(), *command],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return log_file

    def watch(self, name: str, leader: subprocess.Popen[bytes]) -> None:
        """Look after a process that somebody else started in a session of its own."""
        self._leaders[name] = leader

    def wait_for(self, name: str, port: int, log_file: Path) -> None:
        """Return when the process answers on a loopback port.

        Raises:
            RuntimeError: it ended or takes too long; with the end of its log.
        """
        deadline = time.monotonic() + START_SECONDS
        while self._leaders[name].poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        tail = log_file.read_text(errors="replace")[-1500:].strip()
        raise RuntimeError(f"{name} did not start: {tail or 'it said nothing'}")

    def living(self) -> list[psutil.Process]:
        """Every live process of every session, leaders and descendants."""
        sessions = {leader.pid for leader in self._leaders.values()}
        return [
            process
            for process in psutil.process_iter()
            if _session(process.pid) in sessions and _runs(process)
        ]

    def stop(self) -> list[str]:
        """End them in order, last started first; the names of those that had to be killed."""
        for leader in reversed(self._leaders.values()):
            leader.send_signal(signal.SIGTERM)
            try:
                leader.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        stubborn = self.living()
        names = [process.name() for process in stubborn]
        for process in stubborn:
            process.kill()
        psutil.wait_procs(stubborn, timeout=STOP_SECONDS)
        return names


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
