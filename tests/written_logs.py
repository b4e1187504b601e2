"""A file that logs are written to, and what came to be in it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "hunter2Canary"
INJECTION = 'a\r\n{"level":"ERROR"}\x1b[31m\u2028\u2029\x85\x7f\x00"\\'

Lines = Callable[[], list[dict[str, Any]]]


@contextmanager
def open_log(path: Path) -> Iterator[int]:
    """A new file to append to, as a descriptor."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def written(descriptor: int) -> bytes:
    """Everything in the file."""
    return os.pread(descriptor, 10_000_000, 0)


def parsed(descriptor: int) -> list[dict[str, Any]]:
    """Every line of the file, which must be JSON."""
    return [json.loads(line) for line in written(descriptor).splitlines()]
