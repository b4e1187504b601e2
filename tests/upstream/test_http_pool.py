"""Resting connections are few, and none is lost open."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from authserver.domain.outbound import OutboundPolicy, OutboundReason, OutboundUnavailable
from authserver.upstream.http_budget import Deadline
from authserver.upstream.http_connections import PinnedConnection
from authserver.upstream.http_pool import MAX_IDLE, MAX_WAITING, ConnectionPool
from tests.doubles import FakeClock
from tests.upstream.servers import LoopbackServer, always, answer

if TYPE_CHECKING:
    from tests.upstream.conftest import ClientFor


class Quiet(PinnedConnection):
    """A connection that was never opened and remembers being closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


def test_the_one_that_rested_longest_goes_when_there_are_too_many() -> None:
    pool = ConnectionPool(FakeClock(), OutboundPolicy())
    connections = [Quiet("idp.example", 443) for _ in range(MAX_IDLE + 2)]
    for number, connection in enumerate(connections):
        pool.keep(f"https://{number}.example", connection)
    assert [connection.closed for connection in connections] == [True, True] + [False] * MAX_IDLE
    pool.close()
    assert all(connection.closed for connection in connections)


def test_an_origin_has_one_resting_connection() -> None:
    pool = ConnectionPool(FakeClock(), OutboundPolicy())
    first, second = Quiet("idp.example", 443), Quiet("idp.example", 443)
    pool.keep("https://idp.example", first)
    pool.keep("https://idp.example", second)
    assert (first.closed, second.closed) == (True, False)


def test_origins_without_calls_are_forgotten(client_for: ClientFor) -> None:
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(LoopbackServer(always(answer()))) for _ in range(3)]
        client = client_for(*servers)
        for server in servers:
            client.request("GET", server.origin)
        assert len(client._pool._under_way) == 0


class Patience(Deadline):
    """Half a minute of it, and a note of everybody who begins to wait."""

    def __init__(self) -> None:
        self.waiting = threading.Semaphore(0)

    def remaining(self) -> float:
        self.waiting.release()
        return 30.0


@pytest.mark.rule("FE-14")
def test_only_so_many_calls_wait_and_the_next_one_hears_at_once_that_it_is_busy() -> None:
    # A worker has some fifty threads, for everything: whoever holds them all holds all requests.
    pool = ConnectionPool(FakeClock(), OutboundPolicy(max_connections_per_origin=1))
    slow, patience, answered = "https://slow.example", Patience(), []

    def call() -> None:
        with pool.place(slow, patience):
            answered.append(slow)

    with ThreadPoolExecutor(MAX_WAITING) as threads:
        with pool.place(slow, patience):
            waiting = [threads.submit(call) for _ in range(MAX_WAITING)]
            for _ in waiting:
                assert patience.waiting.acquire(timeout=30)
            with pytest.raises(OutboundUnavailable) as busy, pool.place(slow, patience):
                pass
            assert busy.value.reason is OutboundReason.BUSY
            assert answered == []
            with pool.place("https://other.example", patience):
                pass
        for each in waiting:
            each.result(30)
    assert len(answered) == MAX_WAITING
