"""What a process is made of stays until it ends: nobody looks for garbage there."""

from __future__ import annotations

import atexit
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage while the block loads modules: all that they make stays.

    The collections in between take a quarter of the CPU time of a short command.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def loading_for_good() -> Iterator[None]:
    """The same, and what is there at the end of the block is never looked through again.

    A worker has some 300,000 such objects, which each full collection would walk past.
    """
    with loading():
        yield
        gc.freeze()


def end_without_looking_back() -> None:
    """Let the memory of this process go with it, and not object by object before.

    The collections when the interpreter ends take as long as a short command.
    """
    atexit.register(gc.freeze)
