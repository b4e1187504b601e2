"""Metrics of one process and of several."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from prometheus_client import CollectorRegistry

from authserver.machine.metrics import ShellMetrics, _reserve, exposition

if TYPE_CHECKING:
    from pathlib import Path

WORKER = """
import sys
from prometheus_client import CollectorRegistry
from authserver.machine.metrics import ShellMetrics, exposition

registry = CollectorRegistry()
metrics = ShellMetrics(registry)
for _ in range(int(sys.argv[1])):
    metrics.answered("/oauth2/token", 200, 0.002)
metrics.unexpected()
sys.stdout.write(exposition(registry).decode())
"""


def test_one_process_shows_its_own_figures() -> None:
    registry = CollectorRegistry()
    metrics = ShellMetrics(registry)
    metrics.answered("/livez", 200, 0.002)
    text = exposition(registry).decode()
    assert 'authserver_http_request_seconds_count{route="/livez",status="200"} 1.0' in text
    assert 'le="0.0025",route="/livez",status="200"} 1.0' in text
    assert 'le="0.001",route="/livez",status="200"} 0.0' in text
    assert "authserver_unexpected_errors_total 0.0" in text


def test_any_worker_shows_the_figures_of_all_even_of_those_that_ended(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    outputs = [
        subprocess.run(
            [sys.executable, "-c", WORKER, str(count)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for count in (3, 4)
    ]
    count = 'authserver_http_request_seconds_count{route="/oauth2/token",status="200"}'
    assert f"{count} 3.0" in outputs[0]
    assert f"{count} 7.0" in outputs[1]
    assert "authserver_unexpected_errors_total 2.0" in outputs[1]


def test_the_workers_files_are_really_on_the_disk_from_the_start(tmp_path: Path) -> None:
    _reserve(tmp_path)
    room = {path.name: path.stat().st_blocks * 512 for path in tmp_path.iterdir()}
    assert room[f"counter_{os.getpid()}.db"] >= 65_536
    assert room[f"histogram_{os.getpid()}.db"] >= 262_144


def test_a_directory_that_is_not_there_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError):
        ShellMetrics(CollectorRegistry())
