"""Connections rest and are used again, calls are repeated, only where that is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.outbound import (
    OutboundError,
    OutboundReason,
    OutboundUnavailable,
)
from tests.doubles import FakeClock
from tests.upstream.resolvers import ScriptedResolver
from tests.upstream.servers import LoopbackServer, Visit, always, answer, once

if TYPE_CHECKING:
    from tests.upstream.conftest import ClientFor


def test_several_gets_share_one_connection(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer())) as server:
        client = client_for(server)
        for _ in range(5):
            client.get_json(server.origin)
        assert server.connections == 1
        client.close()
        client.get_json(server.origin)
        assert server.connections == 2


def test_what_may_not_be_repeated_travels_on_a_fresh_connection(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer())) as server:
        client = client_for(server)
        client.request("GET", server.origin)
        for count in (2, 3):
            client.request("POST", server.origin, body=b"")
            assert server.connections == count


def test_a_connection_that_rested_too_long_is_not_used_again(client_for: ClientFor) -> None:
    clock = FakeClock()
    with LoopbackServer(always(answer())) as server:
        client = client_for(server, clock=clock, max_idle_seconds=10)
        client.request("GET", server.origin)
        clock.advance(10)
        client.request("GET", server.origin)
        assert server.connections == 1
        clock.advance(10.1)
        client.request("GET", server.origin)
        assert server.connections == 2


def test_a_get_survives_that_the_server_hung_up_meanwhile(client_for: ClientFor) -> None:
    """Both when we see it in time and when the connection ends just as we use it."""
    hang_up = [False]

    def script(visit: Visit) -> bool:
        if hang_up[0]:
            hang_up[0] = False
            return False
        visit.say(answer())
        return True

    with LoopbackServer(script) as server:
        client = client_for(server)
        assert client.get_json(server.origin) == {}
        hang_up[0] = True
        assert client.get_json(server.origin) == {}
        assert server.connections == 2
    with LoopbackServer(once(answer())) as server:
        client = client_for(server)
        for _ in range(5):
            assert client.get_json(server.origin) == {}


def test_a_server_that_falls_silent_on_a_resting_connection_is_not_asked_twice(
    client_for: ClientFor,
) -> None:
    def script(visit: Visit) -> bool:
        if visit.number > 1:
            visit.hang()
        visit.say(answer())
        return True

    with LoopbackServer(script) as server:
        client = client_for(server)
        client.get_json(server.origin)
        with pytest.raises(OutboundUnavailable) as caught:
            client.request("GET", server.origin, total_seconds=0.1)
        assert caught.value.reason is OutboundReason.TIMEOUT
        assert server.connections == 1


def test_a_get_is_tried_again_as_often_as_the_policy_says(client_for: ClientFor) -> None:
    for retries, calls in ((0, 1), (2, 3)):
        with LoopbackServer(once(b"")) as server:
            client = client_for(server, get_retries=retries)
            with pytest.raises(OutboundUnavailable) as caught:
                client.request("GET", server.origin)
            assert caught.value.reason is OutboundReason.CONNECTION_BROKEN
            assert len(server.requests) == calls


def test_only_a_get_without_an_answer_is_tried_again(client_for: ClientFor) -> None:
    for method, told in (("POST", b""), ("DELETE", b""), ("GET", b"rubbish\r\n\r\n")):
        with LoopbackServer(once(told)) as server:
            with pytest.raises(OutboundError):
                client_for(server, get_retries=3).request(method, server.origin)
            assert len(server.requests) == 1


def test_a_call_that_succeeds_at_the_second_try_succeeds(client_for: ClientFor) -> None:
    def script(visit: Visit) -> None:
        if visit.number > 1:
            visit.say(answer())

    with LoopbackServer(script) as server:
        assert client_for(server, get_retries=1).get_json(server.origin) == {}


def test_the_next_address_is_tried_when_one_is_dead(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer())) as server:
        origin = f"http://jira.example:{server.port}"
        client = client_for(
            resolver=ScriptedResolver(jira_example=[["127.0.0.3", "::1", "127.0.0.1"]]),
            private_origins=frozenset({origin}),
        )
        assert client.get_json(origin) == {}
