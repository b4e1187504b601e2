"""Journal files on disk: their names, and who owns one.

A worker holds `flock` on its journal for as long as it may append. Whoever gets the lock knows
that no more records will come.
"""

from __future__ import annotations

import fcntl
import os
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.domain.ports import Entropy

SUFFIX: Final = ".journal"
_ATTEMPTS: Final = 8
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9]+")


def create(directory: Path, node: str, entropy: Entropy) -> tuple[Path, int]:
    """A new empty journal, locked by us: its path and its descriptor (reading and appending).

    Raises:
        OSError: the directory or the file cannot be made.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = _NOT_IN_NAMES.sub("-", node).strip("-")[:64] or "node"
    for _ in range(_ATTEMPTS):
        path = directory / f"{place}-{os.getpid()}-{entropy.token_bytes(8).hex()}{SUFFIX}"
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        try:
            # Between creation and lock a mover may have taken the empty file for an orphan.
            if lock(descriptor) and os.fstat(descriptor).st_nlink:
                _sync_directory(directory)
                return path, descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
    raise OSError("every new journal was taken away before it could be locked")


def lock(descriptor: int) -> bool:
    """Take the lock without waiting; False when somebody else holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def listed(directory: Path) -> list[Path]:
    """The journals of a directory by name; none when there is no directory."""
    try:
        return sorted(path for path in directory.iterdir() if path.suffix == SUFFIX)
    except FileNotFoundError:
        return []


def cut_after_last_line(descriptor: int) -> None:
    """Remove what stands after the last line break: a record that was not written to its end.

    Raises:
        OSError: it cannot be read or cut.
    """
    size = end = os.fstat(descriptor).st_size
    step = 64 * 1024
    while end:
        start = max(0, end - step)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end != size:
        os.ftruncate(descriptor, end)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
