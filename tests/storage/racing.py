"""Threads that start at one moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def race(runners: int, run: Callable[[int], T]) -> list[T]:
    """Call `run` with 0, 1, … at the same time; what each returned, in that order."""
    barrier = threading.Barrier(runners)

    def start(number: int) -> T:
        barrier.wait()
        return run(number)

    with ThreadPoolExecutor(runners) as pool:
        return list(pool.map(start, range(runners)))
