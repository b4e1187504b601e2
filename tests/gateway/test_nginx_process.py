"""The nginx of the tests starts, takes another configuration, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.gateway.nginx_process import NginxProcess, check_configuration
from tests.gateway.raw_requests import call
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path


def _server(port: int, word: str) -> str:
    return f"server {{ listen 127.0.0.1:{port}; return 200 {word}; }}\n"


def _family(nginx: NginxProcess) -> list[psutil.Process]:
    assert nginx.process is not None
    master = psutil.Process(nginx.process.pid)
    return [master, *master.children()]


def test_it_starts_reloads_and_stops(tmp_path: Path) -> None:
    port = free_port()
    with NginxProcess(tmp_path, _server(port, "one"), workers=2) as nginx:
        family = _family(nginx)
        assert len(family) == 3
        assert call(port, "/").body == b"one"
        nginx.reload(_server(port, "two"))
        assert call(port, "/").body == b"two"
        family += _family(nginx)

    assert not any(member.is_running() for member in family)


def test_a_configuration_that_does_not_start_says_why(tmp_path: Path) -> None:
    nginx = NginxProcess(tmp_path, "server { listen 127.0.0.1:1; bogus; }")
    with pytest.raises(AssertionError, match='unknown directive "bogus"'):
        nginx.start()

    assert nginx.process is None
    assert "bogus" in check_configuration(tmp_path, nginx.configuration).stderr


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    port = free_port()
    program = f"""
        import pathlib, time
        from tests.gateway.nginx_process import NginxProcess
        nginx = NginxProcess(pathlib.Path({str(tmp_path)!r}), {_server(port, "one")!r}).start()
        print(nginx.process.pid, flush=True)
        time.sleep(60)
    """
    owner = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    with owner:
        master = psutil.Process(int(owner.stdout.readline()))
        os.kill(owner.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while master.is_running() and master.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)
