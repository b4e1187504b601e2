"""F-11: no room for records means no acts, and recovery needs nobody."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import requests

from tests.faults.load import Load
from tests.faults.oracle import check
from tests.small_disks import a_small_disk, fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.conftest import StartServer


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Asked for before the server: what is asked for last is taken away first."""
    with a_small_disk(tmp_path / "small") as folder:
        yield folder


@pytest.mark.slow
@pytest.mark.rule("AU-05")
def test_a_full_journal_disk_refuses_tokens_and_recovers_by_itself(
    database_url: str, small_disk: Path, start_server: StartServer
) -> None:
    instance, site, caller = start_server(
        AUTHSERVER_DATABASE_URL=database_url,
        AUTHSERVER_AUDIT_JOURNAL_DIRECTORY=str(small_disk / "journal"),
    )
    filler = small_disk / "filler"
    with Load(instance, caller, site, threads=2) as load:
        load.wait_for_tokens(50)
        fill(filler)
        # The mover makes room by carrying records away, so a refusal need not be followed by one.
        wait_for_refusal(load)
        filler.unlink()
        load.wait_for_tokens(50)
    assert set(load.answers.refused) == {requests.codes.service_unavailable}
    assert None not in load.answers.retry_after
    assert min(map(int, filter(None, load.answers.retry_after))) >= 1
    instance.wait_until_ready()
    check(instance, site, load.answers)


def wait_for_refusal(load: Load, seconds: float = 30.0) -> None:
    """Until a caller saw 503."""
    deadline = time.monotonic() + seconds
    while not load.answers.refused.get(503):
        assert time.monotonic() < deadline, "a full disk refused nothing"
        time.sleep(0.01)
