"""Raw bytes over a socket, against a real server with the shell in it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.machine.socket_fuzz import ALIVE, PATIENCE, SECONDS, fuzz_socket, is_alive

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0


class Served:
    """A Granian worker on a Unix socket, and its log."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "s")
        self.log = folder / "log"
        options = ["--interface", "wsgi", "--http", "1", "--no-ws", "--workers", "1"]
        options += ["--blocking-threads", "4", "--http1-buffer-size", "32768"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "granian", *options, "--uds", self.address),
                    "tests.machine.fuzz_target:application",
                ],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(self.address)
                except OSError:
                    time.sleep(0.05)
                else:
                    return
        raise AssertionError(self.log.read_text())

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("fuzz"))
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def assert_clean_log(log: Path) -> None:
    """No line of level ERROR, no traceback, nothing that did not come through our logs."""
    for line in log.read_text().splitlines():
        if line.startswith("[INFO]"):
            continue  # the server's parent process
        record = json.loads(line)
        assert record["level"] in {"INFO", "WARNING"}, line
        assert "exception" not in record, line


def test_raw_bytes_never_make_a_5xx_or_an_exception(served: Served) -> None:
    assert fuzz_socket(served.address, seed=1, cases=1500) == []
    assert_clean_log(served.log)


@pytest.mark.slow
def test_raw_bytes_never_make_a_5xx_or_an_exception_however_long_we_try(served: Served) -> None:
    for seed in range(2, 12):
        assert fuzz_socket(served.address, seed=seed, cases=5000) == []
    assert_clean_log(served.log)


def answering(folder: Path, answer: bytes) -> tuple[str, threading.Event]:
    """A server that says the same to everybody, until told to stop."""
    address, stop = str(folder / "bad"), threading.Event()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    listener.settimeout(0.1)

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                while connection.recv(65_536) not in {b"", ALIVE}:
                    pass
                connection.sendall(answer)
        listener.close()

    threading.Thread(target=serve, daemon=True).start()
    return address, stop


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"HTTP/1.1 500 Oh\r\n\r\nalive", "status 500"),
        (b"HTTP/1.1 503\r\n\r\nalive", "status 503"),
        (b"alive, but no HTTP", "the answer is no HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\ndead", "the server does not answer any more"),
    ],
)
def test_the_fuzzer_finds_a_server_that_misbehaves(
    tmp_path: Path, answer: bytes, problem: str
) -> None:
    address, stop = answering(tmp_path, answer)
    try:
        findings = fuzz_socket(address, seed=1, cases=3)
    finally:
        stop.set()
    assert findings
    assert findings[-1].problem == problem


def test_a_server_that_thinks_longer_than_our_patience_is_still_alive(tmp_path: Path) -> None:
    address = str(tmp_path / "slow")
    with socket.socket(socket.AF_UNIX) as listener, ThreadPoolExecutor(1) as pool:
        listener.bind(address)
        listener.listen()
        asked = pool.submit(is_alive, address)
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(65_536) == ALIVE
            connection.settimeout(4 * PATIENCE)
            # Servers drop a request whose client has half closed: nothing may come after it.
            with pytest.raises(TimeoutError):
                connection.recv(1)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nalive")
        assert asked.result(SECONDS)


def test_the_fuzzer_repeats_itself_for_a_seed(tmp_path: Path) -> None:
    address, stop = answering(tmp_path, b"HTTP/1.1 500 Oh\r\n\r\nalive")
    try:
        rounds = [fuzz_socket(address, seed=seed, cases=5) for seed in (7, 7, 8)]
    finally:
        stop.set()
    assert rounds[0] == rounds[1]
    assert rounds[0] != rounds[2]
