"""What every process of the supervisor's does first: take its plan, and end with its parent."""

from __future__ import annotations

import ctypes
import importlib
import os
import pickle
import signal
import sys
import threading
from typing import Any, Final

from authserver.loading import end_without_looking_back
from authserver.supervisor.children import LENGTH, READY

_STDIN: Final = 0
_PR_SET_PDEATHSIG: Final = 1


def take_plan() -> Any:
    """The plan that the parent has sent; from here on this process dies with its parent."""
    _die_with_parent()
    end_without_looking_back()
    (length,) = LENGTH.unpack(_read_exactly(LENGTH.size))
    plan = pickle.loads(_read_exactly(length))  # noqa: S301 - from our own parent, over its pipe
    threading.Thread(target=_watch_parent, name="parent-watch", daemon=True).start()
    return plan


def inherited(position: int) -> int:
    """A file descriptor among this process's arguments: 0 is the status pipe."""
    return int(sys.argv[1 + position])


def report_ready() -> None:
    """Tell the parent that the work begins. The pipe stays open: its end will tell of ours."""
    os.write(inherited(0), READY)


def load_target(target: str) -> Any:
    """The object that `module:name` names."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def _die_with_parent() -> None:
    """Ask the kernel (Linux) to kill this process, even a stopped one, when its parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch_parent() -> None:
    """The pipe from the parent ends with it: also where the kernel cannot be asked.

    SIGKILL, as the kernel does it: whoever started the supervisor anew wants the port back, and
    nothing that was answered depends on an orderly end.
    """
    while os.read(_STDIN, 1):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


def _read_exactly(count: int) -> bytes:
    content = b""
    while len(content) < count:
        part = os.read(_STDIN, count - len(content))
        if not part:
            sys.exit(1)
        content += part
    return content
