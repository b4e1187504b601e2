"""A process that counts as fast as it can, and notes what it was allowed: run with -m."""

from __future__ import annotations

import os
import struct
import sys
import time
from pathlib import Path

from authserver.crypto.system import SystemClock
from authserver.domain.rates import KEY_BYTES, Quota
from authserver.storage.node_counter_file import NodeCounterFile
from authserver.storage.node_counters import NodeCounters

NOTE = struct.Struct("<idd")
"""Which key, and the moments just before and just after a call that was counted."""


def key(number: int) -> bytes:
    """A key for tests."""
    return number.to_bytes(KEY_BYTES, "little")


def counters(path: Path, mebibytes: int = 1) -> NodeCounters:
    """Counters with the system's clock."""
    return NodeCounters(NodeCounterFile(path, mebibytes, SystemClock()))


def main() -> None:
    """Arguments: file of counters, file of notes, calls, seconds, keys, how long."""
    path, notes, *numbers = sys.argv[1:]
    calls, seconds, keys, long = (int(each) for each in numbers)
    counting = counters(Path(path))
    descriptor = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(1, b"!")
    end = time.monotonic() + long
    number = 0
    while time.monotonic() < end:
        number = (number + 1) % keys
        before = time.monotonic()
        taken = counting.take([Quota(key(number), calls, seconds), Quota(key(keys), 10**9, 1)])
        after = time.monotonic()
        if not taken.is_over:
            os.write(descriptor, NOTE.pack(number, before, after))


def read_notes(path: Path) -> dict[int, list[tuple[float, float]]]:
    """The notes, by key."""
    found: dict[int, list[tuple[float, float]]] = {}
    for number, before, after in NOTE.iter_unpack(path.read_bytes()):
        found.setdefault(number, []).append((before, after))
    return found


def most_in_a_window(notes: list[tuple[float, float]], seconds: float) -> int:
    """The most calls that certainly lie within one window of this length."""
    most = 0
    for begin, _ in notes:
        most = max(most, sum(b >= begin and a <= begin + seconds for b, a in notes))
    return most


if __name__ == "__main__":
    main()
