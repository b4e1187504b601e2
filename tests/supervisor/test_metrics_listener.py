"""The listener for metrics alone."""

from __future__ import annotations

import http.client
import signal
from contextlib import closing
from typing import TYPE_CHECKING

from tests.ports import free_port
from tests.supervisor.running import running, wait_until

if TYPE_CHECKING:
    from pathlib import Path


def scrape(port: int) -> str | None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        except OSError:
            return None


def test_the_counters_of_all_workers_are_on_a_port_of_their_own(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, metrics=port) as server:
        wait_until(lambda: scrape(port) is not None, "the listener answers")
        for _ in range(20):
            server.get("/count")
        text = scrape(port)
        assert text is not None
        assert "stub_requests_total 20.0" in text
        server.signal(signal.SIGTERM)
        assert server.wait_end() == 0
    assert scrape(port) is None


def test_a_taken_port_for_metrics_does_not_stop_the_server(tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    with (
        running(tmp_path) as other,
        running(second, metrics=other.words["port"]) as server,
    ):
        wait_until(lambda: "metrics: pid" in server.log(), "the failure is told")
        assert server.get()
