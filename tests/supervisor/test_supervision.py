"""The supervisor with real processes: whatever dies, the server stays."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.supervisor.running import Running, is_alive, running, wait_until

if TYPE_CHECKING:
    from pathlib import Path


def test_the_ready_line_comes_when_the_server_answers(tmp_path: Path) -> None:
    server = Running(tmp_path)
    try:
        line = server.wait_ready()
        assert server.get().isdigit()
        assert line == f"ready: http://127.0.0.1:{server.words['port']} (2 workers)\n"
    finally:
        server.close()


def test_a_request_does_not_carry_the_environment_of_the_process(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        keys = set(server.get("/keys").split())
        assert "PATH_INFO" in keys
        assert not keys & {"PATH", "HOME", "PYTHONPATH"}


def kill_workers_for(server: Running, seconds: float, pause: float) -> tuple[int, int, int]:
    """Kill one worker after the other under load; kills, answers and failed requests."""
    answered = failed = 0
    done = threading.Event()

    def ask() -> None:
        nonlocal answered, failed
        while not done.is_set():
            try:
                server.get()
                answered += 1
            except (OSError, http.client.HTTPException):
                failed += 1

    asking = threading.Thread(target=ask)
    asking.start()
    kills = 0
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            ready = sorted(server.worker_pids())
            os.kill(ready[kills % len(ready)], signal.SIGKILL)
            kills += 1
            time.sleep(pause)
    finally:
        done.set()
        asking.join()
    return kills, answered, failed


@pytest.mark.slow
@pytest.mark.rule("F-01")
def test_killing_a_worker_every_half_second_does_not_stop_the_server(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        kills, answered, failed = kill_workers_for(server, seconds=4, pause=0.5)
        assert kills >= 5
        assert answered > 100
        # One client with one request at a time: a kill can cost it one answer, no more.
        assert failed <= kills
        wait_until(lambda: len(server.worker_pids()) == 2, "two workers again")


@pytest.mark.slow
def test_a_minute_of_kills_does_not_stop_the_server(tmp_path: Path) -> None:
    with running(tmp_path, workers=3) as server:
        kills, answered, failed = kill_workers_for(server, seconds=60, pause=0.2)
        assert kills > 100
        assert answered > 1000
        assert failed <= kills
        wait_until(lambda: len(server.worker_pids()) == 3, "three workers again")


@pytest.mark.rule("F-01")
def test_all_workers_killed_at_once_come_back(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        before = server.worker_pids()
        for pid in server.children():
            os.kill(pid, signal.SIGKILL)
        # The socket stays open: who asks now waits for a new worker instead of being refused.
        assert int(server.get()) not in before


def test_a_worker_that_does_not_start_again_keeps_no_connection_waiting(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    with running(tmp_path, argument={"broken": str(broken)}) as server:
        wait_until(lambda: len(server.worker_pids()) == 2, "both workers answer")
        first = min(server.children())
        broken.touch()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: "ended before it was ready" in server.log(), "the failed start is told")
        # Twenty connections: the kernel would have given half of them to the worker that is gone.
        assert len(server.worker_pids()) == 1
        broken.unlink()
        wait_until(lambda: len(server.worker_pids()) == 2, "two workers again")


def test_workers_that_never_start_end_the_supervisor_with_a_reason(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.touch()
    server = Running(tmp_path, argument={"broken": str(broken)})
    try:
        assert server.wait_end() == 1
        assert "every worker ended 3 times before it could serve" in server.log()
        assert "the stub was told to fail" in server.log()
    finally:
        server.close()


@pytest.mark.slow
def test_once_it_has_served_the_supervisor_never_gives_up(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    with running(tmp_path, argument={"broken": str(broken)}) as server:
        broken.touch()
        for pid in server.children():
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: server.log().count("exit code 1") > 6, "failed starts")
        assert server.process.poll() is None
        broken.unlink()
        wait_until(lambda: len(server.worker_pids()) == 2, "two workers again")


@pytest.mark.rule("F-32")
def test_sigterm_lets_a_running_request_finish(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    with running(tmp_path, argument={"closed": str(closed)}) as server:
        bodies: list[str] = []
        asking = threading.Thread(target=lambda: bodies.append(server.get("/slow")))
        asking.start()
        wait_until(lambda: connected(server), "the request is under way")
        server.signal(signal.SIGTERM)
        assert server.wait_end() == 0
        asking.join()
        assert bodies
        assert closed.read_text() == "closed"
        assert not (tmp_path / "serve.pid").exists()


def connected(server: Running) -> bool:
    """Whether somebody is connected to the server's port (state ESTABLISHED in /proc)."""
    port = f":{server.words['port']:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:  # noqa: PTH123 - a line at a time
        rows = [line.split() for line in table]
    return any(row[1].endswith(port) and row[3] == "01" for row in rows)


def test_a_second_sigterm_does_not_wait(tmp_path: Path) -> None:
    with running(tmp_path, drain=60, again=0.0) as server:
        stuck = server.children()
        for pid in stuck:
            os.kill(pid, signal.SIGSTOP)
        server.signal(signal.SIGTERM)
        wait_until(lambda: "stopping" in server.log(), "the stop begins")
        assert server.process.poll() is None
        server.signal(signal.SIGTERM)
        assert server.wait_end() == 0
        assert not any(is_alive(pid) for pid in stuck)


def test_an_answer_goes_out_before_its_thread_stands_by(tmp_path: Path) -> None:
    with running(tmp_path, argument={"never again": "yes"}, workers=1) as server:
        # It has two threads, and the first question was the supervisor's own.
        assert server.get()


def test_a_connection_ends_though_its_thread_stands_by_and_its_body_was_not_read(
    tmp_path: Path,
) -> None:
    with running(tmp_path, argument={"never again": "yes"}, workers=1) as server:
        place = ("127.0.0.1", server.words["port"])
        with socket.create_connection(place, timeout=10) as connection:
            connection.sendall(
                b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                b"Content-Length: 100000\r\n\r\nthe beginning"
            )
            answer = b""
            while part := connection.recv(4096):
                answer += part
        assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_signal_that_comes_twice_is_one(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    with running(tmp_path, argument={"closed": str(closed)}, workers=1) as server:
        for _ in range(5):
            server.signal(signal.SIGTERM)
        assert server.wait_end() == 0
        assert closed.read_text() == "closed"
        assert "killed" not in server.log()


def test_a_worker_that_does_not_finish_is_killed_when_its_time_is_over(tmp_path: Path) -> None:
    with running(tmp_path, drain=1) as server:
        for pid in server.children():
            os.kill(pid, signal.SIGSTOP)
        server.signal(signal.SIGTERM)
        assert server.wait_end() == 0
        assert "has not finished, killed" in server.log()


@pytest.mark.rule("F-02")
def test_nothing_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    argument = {"housekeeping": str(tmp_path / "housekeeping")}
    with running(tmp_path, argument=argument) as server:
        children = server.children()
        assert len(children) == 3
        os.kill(min(children), signal.SIGSTOP)
        server.process.kill()
        server.process.wait()
        for pid in children:
            wait_until(lambda pid=pid: not is_alive(pid), f"end of {pid}")  # type: ignore[misc]  # the default binds the loop's value
        port = server.words["port"]
    # The pid file of the killed one is no obstacle.
    assert (tmp_path / "serve.pid").exists()
    with running(tmp_path, port=port) as again:
        assert again.get()


def test_a_unix_socket_serves_and_goes_with_the_server(tmp_path: Path) -> None:
    with running(tmp_path, socket="s") as server:
        assert (tmp_path / "s").is_socket()
        server.signal(signal.SIGTERM)
        assert server.wait_end() == 0
    assert not (tmp_path / "s").exists()
