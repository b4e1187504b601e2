"""The journal of one worker: one complete write per record, before the answer."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import StorageUnavailable
from authserver.storage import journal_files
from authserver.storage.journal_records import PAYLOAD_MAX, encode, line
from authserver.storage.journal_syncing import Syncer

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.domain.audit import AuditEvent
    from authserver.domain.ports import Entropy

ROTATE_BYTES: Final = 32 * 1024 * 1024
"""A journal that has grown to this is left to the mover; the next record opens a new one."""
SYNC_SECONDS: Final = 0.008
"""Pause between two fdatasync calls while records come in: with the call itself under 10 ms."""

_PROBE: Final = b" " * 4096
_NO_FILE: Final = -1
_log = logging.getLogger(__name__)
_journals: weakref.WeakSet[FileJournal] = weakref.WeakSet()


class FileJournal:
    """Appends to a file of this process's own; satisfies `authserver.domain.ports.Journal`.

    When `append` returns, the record survives the death of the process (`kill -9`); a power cut
    may take the records of the last `sync_seconds`. Threads may share a journal; a forked
    child goes on with a file of its own. A full disk makes each append fail until there is room
    again: nothing has to be restarted.
    """

    def __init__(
        self,
        directory: Path,
        node: str,
        entropy: Entropy,
        *,
        rotate_bytes: int = ROTATE_BYTES,
        sync_seconds: float = SYNC_SECONDS,
    ) -> None:
        self._directory = directory
        self._node = node
        self._entropy = entropy
        self._rotate_bytes = rotate_bytes
        self._sync_seconds = sync_seconds
        self._start()
        _journals.add(self)

    def _start(self) -> None:
        """Begin without a file; also what a forked child does."""
        self._lock = threading.Lock()
        self._descriptor = _NO_FILE
        self._size = 0
        self._unsure = False
        self._works = True
        self._syncer = Syncer(self._sync_seconds)

    def append(self, event: AuditEvent) -> None:
        """Record the event.

        Raises:
            StorageUnavailable: it could not be written; the act must not happen.
        """
        self._write(line(encode(event)))

    def append_encoded(self, payload: bytes) -> None:
        """Record an event that `journal_records.encode` (or a template of it) made into JSON.

        Raises:
            StorageUnavailable: it could not be written; the act must not happen.
            ValueError: it is too long, or not one line.
        """
        if len(payload) > PAYLOAD_MAX or b"\n" in payload:
            raise ValueError("not the JSON of one audit record")
        self._write(line(payload))

    def is_writable(self) -> bool:
        """Whether records can be written; after a failure it tries (with blanks, taken back)."""
        if self._works:
            return True
        with self._lock:
            try:
                self._make_ready()
                self._unsure = True
                written = os.write(self._descriptor, _PROBE)
                os.ftruncate(self._descriptor, self._size)
            except OSError:
                return False
            self._unsure = False
            self._works = written == len(_PROBE)
            return self._works

    def close(self) -> None:
        """Write everything through to the disk and leave the file to the mover."""
        with self._lock:
            self._retire()
        self._syncer.stop()

    def _write(self, data: bytes) -> None:
        with self._lock:
            if (
                self._descriptor == _NO_FILE
                or self._unsure
                or self._size >= self._rotate_bytes
                or self._syncer.has_failed
            ):
                self._make_ready_or_refuse()
            self._unsure = True
            try:
                written = os.write(self._descriptor, data)
            except OSError as problem:
                self._give_up(0)
                raise self._refusal(problem) from problem
            if written != len(data):
                self._give_up(written)
                raise self._refusal(None)
            self._size += written
            self._unsure = False
            self._works = True
        self._syncer.touch()

    def _give_up(self, written: int) -> None:
        """Take back what was written of a record, and leave the file.

        Where the disk is full, it may be full of our own records: once the file is nobody's, the
        mover removes it, and there is room again. Only an empty file is worth keeping.
        """
        try:
            if written:
                os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)
        except OSError:
            self._retire()  # with a torn end, as a dead worker would leave it
        else:
            self._unsure = False
            if self._size:
                self._retire()

    def _make_ready_or_refuse(self) -> None:
        try:
            self._make_ready()
        except OSError as problem:
            raise self._refusal(problem) from problem

    def _make_ready(self) -> None:
        if self._syncer.has_failed:
            # What the kernel could not write it may have dropped: no more trust in this file.
            self._retire()
        if self._unsure and self._descriptor != _NO_FILE:
            self._settle_end()
        if self._size >= self._rotate_bytes:
            self._retire()
        if self._descriptor == _NO_FILE:
            path, self._descriptor = journal_files.create(
                self._directory, self._node, self._entropy
            )
            self._size = 0
            self._syncer.watch(self._descriptor)
            _log.info("journal %s opened", path.name)
        self._unsure = False

    def _settle_end(self) -> None:
        """After a write of unknown end: cut to whole records, or give the file up."""
        try:
            journal_files.cut_after_last_line(self._descriptor)
            self._size = os.fstat(self._descriptor).st_size
        except OSError:
            self._retire()

    def _retire(self) -> None:
        if self._descriptor != _NO_FILE:
            self._syncer.leave()
            self._descriptor = _NO_FILE
            self._size = 0
            self._unsure = False

    def _refusal(self, problem: OSError | None) -> StorageUnavailable:
        if self._works:
            _log.error("journal in %s is not writable: %s", self._directory, problem or "no room")
        self._works = False
        return StorageUnavailable(f"the audit journal is not writable: {problem or 'no room'}")

    def _continue_in_child(self) -> None:
        """After a fork the file is the parent's: let go of it without giving up its lock."""
        self._syncer.close_inherited()
        self._start()


def _continue_all_in_child() -> None:
    for journal in list(_journals):
        journal._continue_in_child()  # noqa: SLF001 - the fork hook is part of the journal


os.register_at_fork(after_in_child=_continue_all_in_child)
