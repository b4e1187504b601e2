"""The anchor: signed checkpoints in a file outside the database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from authserver.domain.audit_checkpoints import Checkpoint, NotACheckpoint
from authserver.storage.journal_files import cut_after_last_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LINE_MAX: Final = 4096


class AnchorFile:
    """Satisfies `authserver.domain.audit_ports.Anchor`: one checkpoint per line, appended.

    Best kept where whoever can write the database cannot write: another machine's disk, an
    append-only file. It may be copied at any time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, checkpoint: Checkpoint) -> None:
        """Durably add one.

        Raises:
            OSError: it could not be written; nothing of it stays.
        """
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self._path, flags, 0o600)
        try:
            cut_after_last_line(descriptor)
            line = checkpoint.line().encode("ascii") + b"\n"
            written = os.write(descriptor, line)
            if written != len(line):
                cut_after_last_line(descriptor)
                raise OSError(f"no room for a checkpoint in {self._path}")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def last_number(self) -> int:
        """The number of the newest checkpoint it holds, 0 for none.

        Raises:
            OSError: it cannot be read.
        """
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return 0
        try:
            size = os.fstat(descriptor).st_size
            tail = os.pread(descriptor, 2 * _LINE_MAX, max(0, size - 2 * _LINE_MAX))
        finally:
            os.close(descriptor)
        for line in reversed(tail.splitlines()):
            read = _read(line)
            if isinstance(read, Checkpoint):
                return read.number
        return 0

    def checkpoints(self) -> Iterator[Checkpoint | str]:
        """What it holds, in order; a text says what is wrong with a line that is none.

        Raises:
            OSError: it cannot be read.
        """
        with self._path.open("rb") as lines:
            number = 0
            while line := lines.readline(_LINE_MAX):
                number += 1
                read = _read(line)
                yield f"line {number} is {read}" if isinstance(read, str) else read


def _read(line: bytes) -> Checkpoint | str:
    try:
        return Checkpoint.from_line(line.decode("ascii"))
    except (NotACheckpoint, UnicodeDecodeError):
        return "not a checkpoint"
