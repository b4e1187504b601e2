"""The server hangs, dies, comes back, is renewed: the gateway is closed or right, never wrong."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from random import Random  # noqa: TID251 - a seeded choice of victims must be repeatable
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.gateway.call_load import ISSUE, CallLoad
from tests.gateway.call_oracle import assert_chain, check
from tests.gateway.relay import SEED
from tests.gateway.undecided import assert_nothing_passes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.relayed_bed import RelayedBed
    from tests.instances import Instance

RENEWED_SECONDS = 30.0


@contextmanager
def hanging(server: Instance) -> Iterator[None]:
    """Every process of the server stands still for the block."""
    assert server.process is not None
    first = psutil.Process(server.process.pid)
    stopped = [first, *first.children(recursive=True)]
    for each in stopped:
        os.kill(each.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in stopped:
            os.kill(each.pid, signal.SIGCONT)


@contextmanager
def away(server: Instance) -> Iterator[None]:
    """The server is not there for the block: it was killed, and is started again."""
    server.kill()
    try:
        yield
    finally:
        server.start()


@pytest.mark.rule("F-38")
@pytest.mark.rule("FA-13")
def test_while_the_server_hangs_nothing_passes_and_it_is_back_by_itself(
    relayed_bed: RelayedBed,
) -> None:
    token = relayed_bed.token("READ")
    with hanging(relayed_bed.server):
        assert_nothing_passes(relayed_bed, token)
    relayed_bed.wait_for_service(token)


@pytest.mark.rule("F-38")
@pytest.mark.rule("FA-13")
@pytest.mark.trap(8)
def test_a_killed_server_lets_nothing_pass_and_comes_back(relayed_bed: RelayedBed) -> None:
    token = relayed_bed.token("READ")
    with CallLoad(relayed_bed) as load:
        load.wait_for(200, 30)
        with away(relayed_bed.server):
            load.wait_for(503, 30)
            assert relayed_bed.request("GET", ISSUE, token).status_code == 503
        load.wait_for(200, 30)
    check(relayed_bed, load, disturbed=True)
    assert_chain(relayed_bed)


@pytest.mark.slow
@pytest.mark.rule("F-38")
def test_killed_workers_leave_no_wrong_allow_behind(relayed_bed: RelayedBed) -> None:
    kill_workers(relayed_bed, seconds=3)


@pytest.mark.slow
@pytest.mark.rule("F-38")
def test_a_minute_of_killed_workers_leaves_no_wrong_allow_behind(relayed_bed: RelayedBed) -> None:
    kill_workers(relayed_bed, seconds=60)


def kill_workers(bed: RelayedBed, *, seconds: float) -> None:
    """Kill one worker after another under load."""
    dice = Random(SEED)
    end = time.monotonic() + seconds
    with CallLoad(bed) as load:
        while time.monotonic() < end:
            load.wait_for(200, 20)
            os.kill(dice.choice(bed.server.workers()), signal.SIGKILL)
            load.wait_for(200, 20)
            wait_for_workers(bed.server)
    check(bed, load, disturbed=True)
    assert_chain(bed)


@pytest.mark.slow
@pytest.mark.rule("F-38")
def test_a_server_that_is_stopped_and_started_refuses_in_between(relayed_bed: RelayedBed) -> None:
    server = relayed_bed.server
    with CallLoad(relayed_bed) as load:
        load.wait_for(200, 30)
        assert server.stop() == 0
        load.wait_for(503, 10)
        server.start()
        load.wait_for(200, 30)
    check(relayed_bed, load, disturbed=True)


@pytest.mark.slow
@pytest.mark.rule("F-38")
def test_a_server_that_reads_its_settings_again_decides_all_the_while(
    relayed_bed: RelayedBed,
) -> None:
    server = relayed_bed.server
    before = set(server.workers())
    assert server.process is not None
    with CallLoad(relayed_bed) as load:
        load.wait_for(200, 30)
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + RENEWED_SECONDS
        while before & set(server.workers()):
            assert time.monotonic() < deadline, "the workers were not renewed"
            time.sleep(0.05)
        wait_for_workers(server)
        load.wait_for(200, 30)
    check(relayed_bed, load, disturbed=False)


@pytest.mark.slow
@pytest.mark.rule("F-38")
def test_nginx_reloads_without_one_failed_call(relayed_bed: RelayedBed) -> None:
    with CallLoad(relayed_bed) as load:
        for _ in range(5):
            load.wait_for(200, 20)
            relayed_bed.nginx.reload()
        load.wait_for(200, 20)
    check(relayed_bed, load, disturbed=False)


def wait_for_workers(server: Instance, count: int = 2) -> None:
    """Until all workers are there again."""
    deadline = time.monotonic() + RENEWED_SECONDS
    while len(server.workers()) < count:
        assert time.monotonic() < deadline, "no new worker came"
        time.sleep(0.05)
