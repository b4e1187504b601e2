"""F-11: no room for records means no acts, and recovery needs nobody."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
import requests

from tests.faults.load import Load
from tests.faults.oracle import check
from tests.not_run import not_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.conftest import StartServer

SIZE = "2m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two mebibytes."""
    if os.geteuid() != 0:
        not_run("full disk", "mounting a small file system needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        not_run("full disk", f"mount: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


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


def fill(path: Path) -> None:
    """Take every byte that is left."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            return


def wait_for_refusal(load: Load, seconds: float = 30.0) -> None:
    """Until a caller saw 503."""
    deadline = time.monotonic() + seconds
    while not load.answers.refused.get(503):
        assert time.monotonic() < deadline, "a full disk refused nothing"
        time.sleep(0.01)
