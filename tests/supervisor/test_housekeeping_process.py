"""Housekeeping runs beside the workers: nicely, always, and to the end."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from tests.supervisor.running import running, wait_until

if TYPE_CHECKING:
    from pathlib import Path


def test_housekeeping_gives_way_comes_back_and_ends_after_the_workers(tmp_path: Path) -> None:
    note = tmp_path / "housekeeping"
    with running(tmp_path, argument={"housekeeping": str(note)}) as server:
        wait_until(note.exists, "housekeeping has started")
        pid, niceness = note.read_text().split()
        assert int(niceness) >= 10
        note.unlink()
        os.kill(int(pid), signal.SIGKILL)
        wait_until(note.exists, "housekeeping has started again")
        server.signal(signal.SIGTERM)
        assert server.wait_end() == 0
        assert note.read_text() == "ended"


def test_the_metrics_folder_is_emptied_named_and_rid_of_dead_gauges(tmp_path: Path) -> None:
    metrics = tmp_path / "metrics"
    metrics.mkdir()
    (metrics / "counter_1.db").touch()
    with running(tmp_path) as server:
        assert server.get("/metrics-directory") == str(metrics)
        assert not (metrics / "counter_1.db").exists()
        pid = min(server.worker_pids())
        counter, gauge = metrics / f"counter_{pid}.db", metrics / f"gauge_livesum_{pid}.db"
        counter.touch()
        gauge.touch()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not gauge.exists(), "the dead worker's gauge is gone")
        assert counter.exists()
