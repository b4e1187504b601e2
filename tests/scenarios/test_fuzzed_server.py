"""F-37: whatever bytes arrive, the served application answers without a fault of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.instances import Instance
from tests.machine.socket_fuzz import fuzz_socket

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED = 20_261_122


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Instance]:
    with Instance(tmp_path / "server").initialise().start() as instance:
        yield instance


def findings(server: Instance, cases: int) -> list[str]:
    """Fuzz the server; what it must not have done, its log included."""
    found = [str(one) for one in fuzz_socket(("127.0.0.1", server.port), SEED, cases)]
    log = server.log_file.read_text(errors="replace")
    found.extend(
        line
        for line in log.splitlines()
        if '"level":"ERROR"' in line or "Traceback" in line or "panicked" in line
    )
    return found


def test_raw_bytes_on_the_socket_cause_no_fault(server: Instance) -> None:
    assert findings(server, 1_500) == []


@pytest.mark.slow
def test_a_hundred_thousand_raw_requests_cause_no_fault(server: Instance) -> None:
    assert findings(server, 100_000) == []
