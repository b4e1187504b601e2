"""What a slow server can cost: never more than the time for the call (FE-14, F-25)."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundError,
    OutboundReason,
    OutboundUnavailable,
)
from authserver.upstream.http_budget import Deadline, WireBudget
from tests.doubles import FakeClock
from tests.upstream.resolvers import everywhere
from tests.upstream.servers import LoopbackServer, Visit, always, answer, once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.upstream.certificates import TestAuthority
    from tests.upstream.conftest import ClientFor

pytestmark = [pytest.mark.rule("FE-14"), pytest.mark.rule("F-25")]

SHORT = 0.15
MIB = 1024 * 1024


@contextlib.contextmanager
def before_total() -> Iterator[None]:
    """The limit that strikes is the short one, not the five seconds of the whole call."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 4.5


@contextlib.contextmanager
def full_backlog(address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """A port whose queue is full: the next connection gets no answer at all."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(8):
            line = stack.enter_context(socket.socket())
            line.settimeout(0)
            line.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_a_server_that_does_not_take_the_connection_costs_the_connect_limit(
    client_for: ClientFor,
) -> None:
    with full_backlog() as port:
        origin = f"http://127.0.0.1:{port}"
        client = client_for(private_origins=frozenset({origin}), connect_seconds=SHORT)
        with before_total(), pytest.raises(OutboundUnavailable) as caught:
            client.request("GET", origin)
    assert caught.value.reason is OutboundReason.TIMEOUT


def test_an_address_that_does_not_answer_leaves_time_for_the_next(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer())) as server, full_backlog("127.0.0.3", server.port):
        origin = f"http://jira.example:{server.port}"
        client = client_for(
            resolver=everywhere("127.0.0.3", "127.0.0.1"),
            private_origins=frozenset({origin}),
            connect_seconds=2 * SHORT,
        )
        assert client.get_json(origin) == {}


def test_a_closed_port_is_told_apart_from_a_slow_one(client_for: ClientFor) -> None:
    with LoopbackServer(once(b"")) as server:
        origin = server.origin
    client = client_for(private_origins=frozenset({origin}))
    with pytest.raises(OutboundUnavailable) as caught:
        client.request("GET", origin)
    assert caught.value.reason is OutboundReason.CONNECT_FAILED
    assert "ECONNREFUSED" in caught.value.detail


def test_a_server_that_never_answers_costs_the_total_limit(client_for: ClientFor) -> None:
    with LoopbackServer(Visit.hang) as server:
        client = client_for(server, total_seconds=SHORT)
        with pytest.raises(OutboundUnavailable) as caught:
            client.request("GET", server.origin)
    assert caught.value.reason is OutboundReason.TIMEOUT


def test_a_handshake_that_never_ends_costs_the_connect_limit(client_for: ClientFor) -> None:
    def drip_hello(visit: Visit) -> None:
        visit.drip(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb\x03\x03" + b"\x00" * 2000)

    with LoopbackServer(drip_hello, reads=False) as server:
        origin = server.origin.replace("http:", "https:")
        client = client_for(private_origins=frozenset({origin}), connect_seconds=SHORT)
        with pytest.raises(OutboundUnavailable) as caught:
            client.request("GET", origin)
    assert caught.value.reason is OutboundReason.TIMEOUT


@pytest.mark.parametrize(
    "told",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X" * 2000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 400,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
    ],
    ids=["head", "body", "chunks", "until-close", "continue"],
)
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_server_that_drips_meets_the_total_limit(
    client_for: ClientFor, authority: TestAuthority, told: bytes, *, secure: bool
) -> None:
    """A limit per read would never strike: there is a byte every hundredth of a second."""
    ended = threading.Event()

    def script(visit: Visit) -> None:
        visit.drip(told)
        ended.set()

    tls = authority.server_for("127.0.0.1") if secure else None
    with LoopbackServer(script, tls=tls) as server:
        client = client_for(server, total_seconds=2 * SHORT)
        with pytest.raises(OutboundUnavailable) as caught:
            client.request("GET", server.origin)
        assert caught.value.reason is OutboundReason.TIMEOUT
        assert not ended.is_set()


def test_each_read_gets_only_the_time_that_is_left(client_for: ClientFor) -> None:
    clock = FakeClock()

    def script(visit: Visit) -> None:
        visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        clock.set_now(clock.now() - 86400)
        clock.set_monotonic(clock.monotonic() + 4.9)
        visit.say(b"{")
        visit.hang()

    with LoopbackServer(script) as server:
        with before_total(), pytest.raises(OutboundUnavailable) as caught:
            client_for(server, clock=clock).request("GET", server.origin)
        assert caught.value.reason is OutboundReason.TIMEOUT


def test_what_arrives_after_the_deadline_is_too_late() -> None:
    clock = FakeClock()
    budget = WireBudget(
        Deadline(clock, 5), max_header_bytes=1024, max_headers=10, max_body_bytes=1024
    )
    clock.advance(4.9)
    budget.spend(1)
    clock.advance(0.1)
    with pytest.raises(OutboundUnavailable) as caught:
        budget.spend(1)
    assert caught.value.reason is OutboundReason.TIMEOUT


def test_a_server_that_does_not_read_meets_the_total_limit(client_for: ClientFor) -> None:
    with LoopbackServer(Visit.hang, reads=False) as server:
        client = client_for(server)
        with before_total(), pytest.raises(OutboundUnavailable) as caught:
            client.request("POST", server.origin, body=b"x" * 32 * MIB, total_seconds=SHORT)
    assert caught.value.reason is OutboundReason.TIMEOUT


def test_a_call_can_lower_the_limits_and_not_raise_them(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer(b"x" * 2000))) as server:
        client = client_for(server, max_body_bytes=2000)
        assert len(client.request("GET", server.origin).body) == 2000
        for wanted, reason in ((1999, OutboundReason.TOO_LARGE), (0, OutboundReason.TOO_LARGE)):
            with pytest.raises(OutboundAnswerInvalid) as caught:
                client.request("GET", server.origin, max_body_bytes=wanted)
            assert caught.value.reason is reason
    with LoopbackServer(always(answer(b"x" * 2001))) as server:
        client = client_for(server, max_body_bytes=2000)
        with pytest.raises(OutboundAnswerInvalid) as caught:
            client.request("GET", server.origin, max_body_bytes=3000)
        assert caught.value.reason is OutboundReason.TOO_LARGE
    with LoopbackServer(Visit.hang) as server:
        with pytest.raises(OutboundUnavailable) as late:
            client_for(server).request("GET", server.origin, total_seconds=SHORT)
        assert late.value.reason is OutboundReason.TIMEOUT


def test_a_server_that_hangs_does_not_hold_up_calls_to_others(client_for: ClientFor) -> None:
    """One origin gets its share of the places and no more; who finds none is told."""
    entered = threading.Semaphore(0)

    def script(visit: Visit) -> None:
        entered.release()
        visit.hang()

    with LoopbackServer(script) as stuck, LoopbackServer(always(answer())) as healthy:
        client = client_for(stuck, healthy, max_connections=3, max_connections_per_origin=2)

        def hold() -> None:
            with contextlib.suppress(OutboundError):
                client.request("GET", stuck.origin)

        holders = [threading.Thread(target=hold) for _ in range(2)]
        for holder in holders:
            holder.start()
        for _ in holders:
            assert entered.acquire(timeout=10)
        for _ in range(20):
            assert client.request("GET", healthy.origin).status == 200
        with pytest.raises(OutboundUnavailable) as caught:
            client.request("GET", stuck.origin, total_seconds=SHORT)
        assert caught.value.reason is OutboundReason.BUSY
        assert stuck.connections == 2
    for holder in holders:
        holder.join()
