"""The file of a node's counters: made, mapped into memory, locked, and its time.

All workers of a node map the same file. The kernel keeps what was written when a worker dies in
any way, and lets go of its locks. A power cut may take the last half minute of counts.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from typing import TYPE_CHECKING, Final

from authserver.domain.rates import KEY_BYTES, RatesUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from authserver.domain.ports import Clock

PARTS: Final = 64
"""Parts of a window that are counted apart."""
BUCKETS: Final = PARTS + 1
"""A window that begins within one part ends within another: both count whole."""
WAYS: Final = 32
"""Counters in one set: a key has its place in one set, anywhere in it."""
HEAD_BYTES: Final = 4096
SLOT_BYTES: Final = 288
"""State, window, newest part, counts."""
SET_BYTES: Final = WAYS * (KEY_BYTES + SLOT_BYTES)
NANOSECONDS: Final = 1_000_000_000

_MAGIC: Final = b"asv-rates-1\0\0\0\0\0"
_HEAD: Final = struct.Struct("<16sIIII16sq")
"""Magic, then sets, ways, buckets, bytes of a slot, then the boot and where its time begins."""
_SHORT_TRIES: Final = 50
_TRIES: Final = 2000
_PAUSE_SECONDS: Final = 0.000_25
_BOOT_ID: Final = "/proc/sys/kernel/random/boot_id"


class NodeCounterFile:
    """One mapping of the file. Not safe to share between threads without a lock of theirs."""

    def __init__(self, path: Path, mebibytes: int, clock: Clock, *, boot: bytes = b"") -> None:
        """Open the file, or make it with all the room it will ever have.

        Args:
            path: the file; its folder is made where it is missing.
            mebibytes: its size; a file of another size is refused.
            clock: time; all processes that use the file have the same.
            boot: what names this run of the machine, for tests.

        Raises:
            RatesUnavailable: it cannot be made, or is no such file; the text says which.
        """
        self.sets = (mebibytes * 1024 * 1024 - HEAD_BYTES) // SET_BYTES
        self._size = HEAD_BYTES + self.sets * SET_BYTES
        self._clock = clock
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            raise self._problem(error.strerror or type(error).__name__) from error
        try:
            self._open(boot or _boot())
        except BaseException:
            os.close(self._descriptor)
            raise

    def _open(self, boot: bytes) -> None:
        try:
            self.lock((-1,))
            try:
                self._make_room()
                self.memory = mmap.mmap(self._descriptor, self._size)
                self._offset = self._begin(boot)
            finally:
                self.unlock((-1,))
        except OSError as error:
            raise self._problem(error.strerror or type(error).__name__) from error
        self.words = memoryview(self.memory).cast("I")
        self.longs = memoryview(self.memory).cast("q")

    def now(self) -> int:
        """Nanoseconds that never go back while the machine runs. To be asked under a lock.

        The wall clock says where they begin after a boot; nobody who sets it moves them.
        """
        return int(self._clock.monotonic() * NANOSECONDS) + self._offset

    def lock(self, places: Sequence[int]) -> None:
        """Lock sets against other processes, in the order given, which must be ascending.

        Raises:
            RatesUnavailable: a process holds one and does not go on.
        """
        for done, place in enumerate(places):
            for turn in range(_TRIES):
                try:
                    fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place + 1)
                    break
                except BlockingIOError:
                    # Held for some microseconds, if its holder has a processor core.
                    if turn < _SHORT_TRIES:
                        os.sched_yield()
                    else:
                        self._clock.sleep(_PAUSE_SECONDS)
                except OSError as error:
                    self.unlock(places[:done])
                    raise self._problem(error.strerror or type(error).__name__) from error
            else:
                self.unlock(places[:done])
                raise self._problem("another process holds a lock and does not go on")

    def unlock(self, places: Sequence[int]) -> None:
        """Let go."""
        for place in places:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, place + 1)

    def close(self) -> None:
        """Let go of the mapping; what was counted stays."""
        self.words.release()
        self.longs.release()
        self.memory.close()
        os.close(self._descriptor)

    def _make_room(self) -> None:
        size = os.fstat(self._descriptor).st_size
        if size not in (0, self._size):
            raise self._problem(f"it has {size} bytes instead of {self._size}")
        # Also what a process left that died here. A write into a page without room on the disk
        # would kill the worker, so all of it is taken now.
        os.posix_fallocate(self._descriptor, 0, self._size)

    def _begin(self, boot: bytes) -> int:
        shape = (self.sets, WAYS, BUCKETS, SLOT_BYTES)
        magic, *written, of_boot, offset = _HEAD.unpack_from(self.memory)
        if magic == bytes(len(_MAGIC)):
            self.memory[: _HEAD.size] = _HEAD.pack(bytes(len(_MAGIC)), *shape, bytes(16), 0)
        elif magic != _MAGIC or tuple(written) != shape:
            raise self._problem("it is no file of counters, or one of another version")
        if magic != _MAGIC or of_boot != boot:
            offset = int((self._clock.now() - self._clock.monotonic()) * NANOSECONDS)
            # The boot last: who dies before it leaves all to the next one.
            self._write_head(shape, bytes(16), offset)
            self._write_head(shape, boot, offset)
        return int(offset)

    def _write_head(self, shape: tuple[int, ...], boot: bytes, offset: int) -> None:
        self.memory[: _HEAD.size] = _HEAD.pack(_MAGIC, *shape, boot, offset)

    def _problem(self, what: str) -> RatesUnavailable:
        return RatesUnavailable(f"the counters in {self._path.name} cannot be used: {what}")


def _boot() -> bytes:
    """What names this run of the machine; constant where nobody tells."""
    try:
        with open(_BOOT_ID, encoding="ascii") as file:  # noqa: PTH123 - a kernel's file
            return bytes.fromhex(file.read().strip().replace("-", ""))
    except (OSError, ValueError):
        return bytes(range(16))
