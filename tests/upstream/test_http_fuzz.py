"""Whatever a server says: an answer or a named error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authserver.crypto.system import SystemClock
from authserver.domain.outbound import (
    OutboundError,
    OutboundPolicy,
    OutboundResponse,
)
from authserver.upstream.http_client import GuardedHttpClient
from tests.upstream.servers import LoopbackServer, Visit

if TYPE_CHECKING:
    from collections.abc import Callable


def _fuzzed(play: Callable[[bytes], None]) -> None:
    heads = st.sampled_from(
        [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
    )
    pieces = st.sampled_from(
        [
            b"\r\n",
            b"\r\n\r\n",
            b"Content-Length: ",
            b"Content-Type: application/json\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"0\r\n",
            b"5;x=y\r\n",
            b"-1\r\n",
            b"_1\r\n",
            b"0x1\r\n",
            b"ffffffffffffffffffffffff\r\n",
            b"{}",
            b": ",
            b"\x00",
        ]
    )
    noise = st.lists(pieces | st.binary(max_size=20), max_size=12).map(b"".join)

    @settings(
        max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.tuples(heads, noise).map(b"".join))
    def run(told: bytes) -> None:
        play(told)

    run()


@pytest.mark.rule("F-25")
def test_no_bytes_at_all_make_anything_but_an_answer_or_a_named_error() -> None:
    told = [b""]

    def script(visit: Visit) -> None:
        visit.say(told[0])

    with LoopbackServer(script) as server:
        client = GuardedHttpClient(
            clock=SystemClock(),
            policy=OutboundPolicy(
                private_origins=frozenset({server.origin}), breaker_failures=1000
            ),
        )

        def play(data: bytes) -> None:
            told[0] = data
            try:
                response = client.request("GET", server.origin)
            except OutboundError:
                return
            assert isinstance(response, OutboundResponse)

        _fuzzed(play)
        client.close()
    assert len(server.requests) >= 200
