"""A process of the supervisor's: started with a plan, watched through a pipe."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

LENGTH: Final = struct.Struct("!I")
READY: Final = b"+"


@dataclass
class Child:
    """A running process.

    `status` is the reading end of a pipe whose writing end only the child holds: a byte says that
    it is ready to work, the end of the pipe that the process is gone. The child's standard input
    is a pipe that only we hold: its end tells the child that we are gone.
    """

    process: subprocess.Popen[bytes]
    status: int
    started_at: float
    is_ready: bool = False

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    def read_status(self) -> bytes:
        """What the pipe has: `READY`, or nothing once the process is gone."""
        return os.read(self.status, 1)

    def ask_to_stop(self) -> None:
        """SIGTERM: finish what was begun, then end."""
        self.process.terminate()

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()

    def reap(self) -> str:
        """Wait for the end, which has come, and say how it came."""
        code = self.process.wait()
        os.close(self.status)
        if self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        if code >= 0:
            return f"exit code {code}"
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
        return f"signal {-code}"


def start_child(
    module: str, plan: object, *, started_at: float, pass_fds: Sequence[int] = ()
) -> Child:
    """Run `module` in a fresh interpreter and hand it `plan`.

    Its arguments are the number of its end of the status pipe and the inherited `pass_fds`. A
    fresh interpreter, not a fork: nothing of ours (locks, connections) lives on in it.
    """
    status, theirs = os.pipe()
    try:
        # -P: the working directory is no place to import code from.
        command = [sys.executable, "-P", "-m", module, str(theirs), *map(str, pass_fds)]
        # A process group of its own: Ctrl-C reaches the supervisor alone, which knows the order.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            command, stdin=subprocess.PIPE, pass_fds=(theirs, *pass_fds), process_group=0
        )
    finally:
        os.close(theirs)
    body = pickle.dumps(plan)
    if process.stdin is not None:
        # A child that is gone already shows at its status pipe.
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(LENGTH.pack(len(body)) + body)
            process.stdin.flush()
    return Child(process, status, started_at)
