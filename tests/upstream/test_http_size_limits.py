"""What an endless answer can cost: never more than the limits (FE-14, F-25)."""

from __future__ import annotations

import gzip
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundReason,
)
from tests.upstream.servers import LoopbackServer, Visit, answer, once

if TYPE_CHECKING:
    from tests.upstream.conftest import ClientFor

pytestmark = [pytest.mark.rule("FE-14"), pytest.mark.rule("F-25")]

MIB = 1024 * 1024


def endless(head: bytes, piece: bytes) -> tuple[LoopbackServer, list[int]]:
    """A server that goes on until nobody listens, and how many bytes it got rid of."""
    said: list[int] = []

    def script(visit: Visit) -> None:
        visit.say(head)
        while not visit.server.stopping.is_set() and sum(said) < 1024 * MIB:
            visit.say(piece)
            said.append(len(piece))

    return LoopbackServer(script), said


@pytest.mark.parametrize(
    ("head", "piece", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, OutboundReason.TOO_LARGE),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"10000\r\n" + b"x" * 65536 + b"\r\n",
            OutboundReason.TOO_LARGE,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            (b"1;" + b"e" * 1000 + b"\r\nx\r\n") * 64,
            OutboundReason.TOO_LARGE,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
            b"x" * 65536,
            OutboundReason.TOO_LARGE,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            b"Trailer: x\r\n" * 5000,
            OutboundReason.TOO_LARGE,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
            b"x" * 65536,
            OutboundReason.TOO_LARGE,
        ),
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: x\r\n" * 50, OutboundReason.HEADERS_TOO_LARGE),
        (
            b"HTTP/1.1 200 OK\r\n",
            b"X-Header: " + b"x" * 5000 + b"\r\n",
            OutboundReason.HEADERS_TOO_LARGE,
        ),
        (b"HTTP/1.1 200 OK\r\nX-Header: ", b"x" * 65536, OutboundReason.HEADERS_TOO_LARGE),
        (b"HTTP/1.1 200 ", b"x" * 65536, OutboundReason.HEADERS_TOO_LARGE),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, OutboundReason.HEADERS_TOO_LARGE),
    ],
    ids=[
        "until-close",
        "chunked",
        "chunk-extensions",
        "negative-chunk",
        "trailers",
        "announced",
        "many-headers",
        "long-headers",
        "one-header",
        "status-line",
        "continue",
    ],
)
def test_an_endless_answer_is_cut_off(
    client_for: ClientFor, head: bytes, piece: bytes, reason: OutboundReason
) -> None:
    server, said = endless(head, piece)
    with server:
        client = client_for(server)
        tracemalloc.start()
        try:
            with pytest.raises(OutboundAnswerInvalid) as caught:
                client.request("GET", server.origin)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert caught.value.reason is reason
    assert peak < 5 * MIB
    # What the kernel's buffers on both sides swallow comes on top of what was read.
    assert sum(said) < 64 * MIB


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip"])
def test_a_compressed_answer_is_refused_unread(client_for: ClientFor, coding: str) -> None:
    bomb = gzip.compress(b"\x00" * 64 * MIB)
    told = answer(bomb, extra=(f"Content-Encoding: {coding}",))
    with LoopbackServer(once(told)) as server:
        client = client_for(server)
        tracemalloc.start()
        try:
            with pytest.raises(OutboundAnswerInvalid) as caught:
                client.get_json(server.origin)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert b"accept-encoding: identity" in server.requests[0].lower()
    assert caught.value.reason is OutboundReason.ENCODING_REFUSED
    assert peak < MIB


def test_the_limits_of_the_head_are_exact(client_for: ClientFor) -> None:
    def head(size: int, count: int) -> bytes:
        return answer(extra=(f"X: {'x' * size}", *(f"Y{i}: y" for i in range(count))))

    for size, count, fits in (
        (900, 0, True),
        (1100, 0, False),
        (1, 7, True),
        (1, 8, False),
    ):
        with LoopbackServer(once(head(size, count))) as server:
            client = client_for(server, max_header_bytes=1024, max_headers=10)
            if fits:
                assert client.request("GET", server.origin).status == 200
                continue
            with pytest.raises(OutboundAnswerInvalid) as caught:
                client.request("GET", server.origin)
            assert caught.value.reason is OutboundReason.HEADERS_TOO_LARGE
