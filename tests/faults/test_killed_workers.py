"""F-01: any worker may die at any moment."""

from __future__ import annotations

import os
import signal
import time
from random import Random  # noqa: TID251 - a seeded choice of victims must be repeatable
from typing import TYPE_CHECKING

import pytest

from tests.faults.load import Load
from tests.faults.oracle import check

if TYPE_CHECKING:
    from tests.faults.conftest import StartServer

SEED = 20_261_122


def kill_workers(start_server: StartServer, url: str, *, seconds: float) -> None:
    """Kill a random worker every two seconds under load, then ask the oracle."""
    instance, site, caller = start_server(AUTHSERVER_DATABASE_URL=url)
    dice = Random(SEED)
    deadline = time.monotonic() + seconds
    kills = 0
    with Load(instance, caller, site) as load:
        while time.monotonic() < deadline:
            load.wait_for_tokens(20)
            workers = instance.workers()
            assert workers, "no worker is left"
            os.kill(dice.choice(workers), signal.SIGKILL)
            kills += 1
            load.wait_for_tokens(20)
            time.sleep(2)
    instance.wait_until_ready()
    assert kills >= 2
    check(instance, site, load.answers)


@pytest.mark.slow
@pytest.mark.rule("AU-05")
def test_killed_workers_lose_nothing_that_was_answered(
    database_url: str, start_server: StartServer
) -> None:
    kill_workers(start_server, database_url, seconds=5)


@pytest.mark.slow
def test_a_minute_of_killed_workers_loses_nothing_that_was_answered(
    database_url: str, start_server: StartServer
) -> None:
    kill_workers(start_server, database_url, seconds=60)


@pytest.mark.slow
def test_after_the_death_of_all_processes_a_start_goes_on_where_they_were(
    database_url: str, start_server: StartServer
) -> None:
    instance, site, caller = start_server(AUTHSERVER_DATABASE_URL=database_url)
    with Load(instance, caller, site) as load:
        load.wait_for_tokens(50)
        instance.kill()
    instance.start()
    check(instance, site, load.answers)
