"""F-09: a database that hangs holds up only those who need it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil
import pytest
import requests

from tests.clusters import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clusters import PostgresCluster
    from tests.faults.conftest import StartServer
    from tests.instances import Instance

THREADS = 12
ASKING = 4
"""Fewer than a worker has threads, more than it has turns."""
LEASE_SECONDS = 0.25


@contextlib.contextmanager
def hanging(cluster: PostgresCluster) -> Iterator[None]:
    """Every process of the database stands still for the block."""
    postmaster = psutil.Process(cluster.pid)
    stopped = [postmaster, *postmaster.children(recursive=True)]
    for each in stopped:
        os.kill(each.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in stopped:
            os.kill(each.pid, signal.SIGCONT)


@pytest.mark.slow
@pytest.mark.rule("F-09")
def test_while_the_database_hangs_whoever_needs_it_waits_and_nobody_else(
    postgres_cluster: PostgresCluster, start_server: StartServer
) -> None:
    postgres_cluster.execute(f"CREATE DATABASE hangs OWNER {OWNER}")
    instance, site, caller = start_server(
        AUTHSERVER_DATABASE_URL=postgres_cluster.url("hangs"),
        AUTHSERVER_SERVER_WAITING_THREADS=str(THREADS),
    )
    token = instance.token(caller)

    def introspect() -> requests.Response:
        return instance.post("/oauth2/introspect", {"token": token}, site.authorization, seconds=60)

    with ThreadPoolExecutor(4 * THREADS) as pool:
        # After such a burst the workers have all their threads, and most of them stand by.
        burst = [pool.submit(introspect) for _ in range(20 * THREADS)]
        assert {each.result(60).status_code for each in burst} == {200}
        with hanging(postgres_cluster):
            time.sleep(2 * LEASE_SECONDS)  # from now on nobody may believe its memory
            asking = [pool.submit(introspect) for _ in range(ASKING)]
            served = [keys_of(instance) for _ in range(20)]
            assert not any(each.done() for each in asking), "somebody did not need the database"
        answers = [each.result(60) for each in asking]
    assert [answer.status_code for answer in served] == [200] * 20
    # Whoever waited is told the truth, or that it cannot be told now.
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert all(answer.json().get("active", True) is True for answer in answers)
    instance.wait_until_ready()
    assert instance.introspect(site, token)["active"] is True


def keys_of(instance: Instance) -> requests.Response:
    """A question that needs no database."""
    return requests.get(f"{instance.url}/oauth2/jwks", timeout=10)
