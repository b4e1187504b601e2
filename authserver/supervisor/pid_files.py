"""The pid file: says who runs, and lets only one supervisor run with it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from authserver.supervisor.listening import ListenRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def pid_file(path: Path) -> Iterator[None]:
    """Hold the file while the block runs.

    A lock decides, not the number inside: the file of a supervisor that was killed is taken over
    whatever process has its number today.

    Raises:
        ListenRefused: another supervisor holds it, or it cannot be written.
    """
    try:
        descriptor = _lock(path)
    except OSError as error:
        cause = (error.strerror or type(error).__name__).lower()
        raise ListenRefused(
            f"the pid file {path} cannot be written: {cause}",
            hint="run authserver init, or correct server.pid_file",
        ) from error
    try:
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _lock(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            running = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise ListenRefused(
                f"a server runs already with pid {running or 'unknown'} ({path})",
                hint="stop it, or give this one another server.port or server.pid_file",
            ) from error
        # Its holder may have taken the name away between our open and our lock.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        os.close(descriptor)
