"""Resting connections are few, and none is lost open."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from authserver.domain.outbound import OutboundPolicy
from authserver.upstream.http_connections import PinnedConnection
from authserver.upstream.http_pool import MAX_IDLE, ConnectionPool
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
