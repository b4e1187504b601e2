"""A signal counts whichever thread of a worker the kernel gives it to."""

from __future__ import annotations

import ctypes
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.supervisor.running import is_alive, running, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable


def _signal_thread(process: int, thread: int, number: signal.Signals) -> None:
    tgkill: Callable[[int, int, int], int] = ctypes.CDLL(None, use_errno=True).tgkill
    if tgkill(process, thread, number):
        raise OSError(ctypes.get_errno(), "tgkill")


@pytest.mark.rule("F-32")
def test_a_worker_ends_when_another_of_its_threads_gets_the_signal(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        workers = server.worker_pids()
        for worker in workers:
            threads = {int(each.name) for each in Path(f"/proc/{worker}/task").iterdir()}
            _signal_thread(worker, max(threads - {worker}), signal.SIGTERM)
        wait_until(lambda: not any(map(is_alive, workers)), "the end of the workers")
