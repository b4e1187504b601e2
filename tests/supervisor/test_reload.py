"""SIGHUP: new processes with the new plan, one after the other, or everything as before."""

from __future__ import annotations

import http.client
import os
import pty
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from tests.supervisor.running import Running, running, wait_until

if TYPE_CHECKING:
    from pathlib import Path


def ask_until(done: threading.Event, server: Running, failures: list[Exception]) -> None:
    """Ask on one connection as long as it lasts, then on the next."""
    while not done.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", server.words["port"], timeout=10)
        try:
            lasting = True
            while lasting and not done.is_set():
                connection.request("GET", "/")
                response = connection.getresponse()
                response.read()
                lasting = not response.will_close
        except (OSError, http.client.HTTPException) as error:
            failures.append(error)
        finally:
            connection.close()


def ask_anew_until(done: threading.Event, server: Running, failures: list[Exception]) -> None:
    """Ask on a new connection each time."""
    while not done.is_set():
        try:
            server.get()
        except (OSError, http.client.HTTPException) as error:
            failures.append(error)


@pytest.mark.rule("F-32")
def test_sighup_renews_every_worker_and_no_request_fails(tmp_path: Path) -> None:
    with running(tmp_path, argument={"word": "old"}) as server:
        failures: list[Exception] = []
        done = threading.Event()
        asking = [
            threading.Thread(target=ask, args=(done, server, failures))
            for ask in (ask_until, ask_until, ask_anew_until, ask_anew_until)
        ]
        for each in asking:
            each.start()
        server.write_plan(argument={"word": "new"})
        for _ in range(3):
            before = server.children()
            server.signal(signal.SIGHUP)
            wait_until(lambda before=before: not before & server.children(), "new workers only")  # type: ignore[misc]  # the default binds the loop's value
        done.set()
        for each in asking:
            each.join()
        assert failures == []
        assert {server.get("/argument") for _ in range(10)} == {"new"}
        wait_until(lambda: len(server.children()) == 2, "nothing but two workers")


@pytest.mark.rule("F-29")
def test_a_refused_plan_leaves_everything_as_it_is(tmp_path: Path) -> None:
    with running(tmp_path, argument={"word": "old"}) as server:
        before = server.children()
        server.plan.write_text("{")
        server.signal(signal.SIGHUP)
        wait_until(lambda: "reload refused" in server.log(), "the refusal is told")
        assert server.children() == before
        # Workers that start now get the old plan too.
        os.kill(min(before), signal.SIGKILL)
        wait_until(lambda: len(server.worker_pids()) == 2, "two workers again")
        assert server.get("/argument") == "old"


def test_new_workers_that_do_not_start_leave_the_old_ones_at_work(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    with running(tmp_path, argument={"broken": str(broken), "word": "old"}) as server:
        before = server.children()
        broken.touch()
        server.signal(signal.SIGHUP)
        wait_until(lambda: "reload abandoned" in server.log(), "the failure is told")
        assert server.children() == before


def test_what_only_a_restart_can_change_is_told(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        before = server.children()
        server.write_plan(workers=3)
        server.signal(signal.SIGHUP)
        wait_until(lambda: "only at a restart" in server.log(), "it is told")
        assert server.children() == before


def test_closing_the_terminal_ends_the_server(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    server = Running(tmp_path, stdin=theirs)
    os.close(theirs)
    try:
        server.wait_ready()
        os.close(ours)
        server.signal(signal.SIGHUP)
        assert server.wait_end() == 0
    finally:
        server.close()
