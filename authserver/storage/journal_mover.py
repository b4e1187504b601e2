"""Moving records from journals into the database: each once, whoever dies meanwhile."""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import StorageUnavailable
from authserver.storage import journal_files
from authserver.storage.journal_moves import JournalMoves
from authserver.storage.journal_reading import read_piece, rest_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authserver.domain.audit_key_ports import ChainKeys
    from authserver.domain.ports import Clock
    from authserver.storage.database import SqlDatabase
    from authserver.storage.journal_progress import Progress

PIECE_BYTES: Final = 256 * 1024
"""How much of a journal one transaction moves: about 600 records.

Reading and checking them takes several milliseconds between two transactions: SQLite's other
writers, who look for their turn every few milliseconds, find it there.
"""
AFTER_DEFECT_SECONDS: Final = 5.0
DAMAGED: Final = "damaged"
"""Folder, beside the journals, for those that could not be read in places."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moved:
    """What one run did: records moved, damaged places and torn ends recorded, journals ended."""

    records: int
    damaged: int
    torn: int
    ended: int


class JournalMover:
    """Moves every journal of one directory: those of living workers, and orphans.

    Several movers may run at the same time, in one process or in many: the database says how far
    each journal was moved, in the transaction that moves it. A journal is removed when its owner
    is dead and everything in it is committed; one with damage goes to the folder `damaged`.
    """

    def __init__(
        self,
        *,
        database: SqlDatabase,
        keys: ChainKeys,
        directory: Path,
        clock: Clock,
        piece_bytes: int = PIECE_BYTES,
    ) -> None:
        self._moves = JournalMoves(database, keys, clock)
        self._directory = directory
        self._piece_bytes = piece_bytes
        self._known: dict[str, Progress] = {}
        self._running = threading.Lock()

    def run_once(self) -> Moved:
        """Move everything that stands in the journals now.

        Raises:
            StorageUnavailable: the database cannot answer, or a journal cannot be read; what was
                committed stays, the next run goes on from there.
        """
        counts: Counter[str] = Counter()
        trouble: OSError | None = None
        with self._running:
            paths = journal_files.listed(self._directory)
            for path in paths:
                try:
                    self._move(path, counts)
                except OSError as problem:
                    trouble = problem
            names = {path.name for path in paths}
            self._known = {
                name: progress for name, progress in self._known.items() if name in names
            }
        if trouble is not None:
            raise StorageUnavailable(f"a journal cannot be moved: {trouble}")
        return Moved(counts["records"], counts["damaged"], counts["torn"], counts["ended"])

    def run(self, stop: threading.Event, pause: float = 0.2) -> None:
        """Run every `pause` seconds until `stop`; trouble is told and waited out."""
        while not stop.wait(pause):
            try:
                self.run_once()
            except StorageUnavailable as problem:
                _log.warning("moving journals waits: %s", problem)
            except Exception:  # noqa: BLE001 - a defect; but a thread that ends would leave
                # every later record unmoved.
                _log.exception("moving journals failed")
                stop.wait(AFTER_DEFECT_SECONDS)

    def _move(self, path: Path, counts: Counter[str]) -> None:
        with _opened(path) as descriptor:
            if descriptor is None:
                return
            # Before the size: from an orphan, everything that will ever be there is there now.
            is_orphan = journal_files.lock(descriptor)
            size = os.fstat(descriptor).st_size
            known = self._known.get(path.name)
            if size and (is_orphan or known is None or known.moved_to < size):
                known = self._move_up_to(descriptor, size, path.name, counts)
            if is_orphan and os.fstat(descriptor).st_nlink:
                self._end(descriptor, path, known, counts)

    def _move_up_to(self, descriptor: int, size: int, name: str, counts: Counter[str]) -> Progress:
        progress = self._known.get(name) or self._moves.progress(name)
        while progress.moved_to < size:
            piece = read_piece(descriptor, progress.moved_to, self._piece_bytes)
            if piece.end == progress.moved_to:
                break
            before, progress = progress, self._moves.move(name, progress, piece)
            if progress.moved_to == piece.end:
                damaged = progress.damaged - before.damaged
                counts["records"] += len(piece.records) - (damaged - len(piece.damage))
                counts["damaged"] += damaged
            self._known[name] = progress
        self._known[name] = progress
        return progress

    def _end(
        self, descriptor: int, path: Path, progress: Progress | None, counts: Counter[str]
    ) -> None:
        """Remove the journal of a dead owner; an empty one leaves no trace."""
        if progress is not None:
            rest = rest_of(descriptor, progress.moved_to)
            self._moves.finish(path.name, rest)
            counts["torn"] += rest is not None
        if progress is not None and progress.damaged:
            kept = path.parent / DAMAGED
            kept.mkdir(mode=0o700, exist_ok=True)
            path.rename(kept / path.name)
            _log.error("journal %s was damaged; it is kept in %s", path.name, kept)
        else:
            path.unlink()
        counts["ended"] += 1


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """The file for reading; `None` when another mover has removed it meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)
