"""The circuit breaker: closed, open, half-open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.outbound import (
    OutboundError,
    OutboundPolicy,
    OutboundReason,
    OutboundUnavailable,
)
from authserver.upstream.http_breaker import MAX_ORIGINS, CircuitBreakers
from tests.doubles import FakeClock
from tests.upstream.servers import LoopbackServer, Visit, always, answer, once

if TYPE_CHECKING:
    from tests.upstream.conftest import ClientFor

pytestmark = pytest.mark.rule("FE-14")

IDP = "https://idp.example"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def breakers(clock: FakeClock) -> CircuitBreakers:
    return CircuitBreakers(clock, OutboundPolicy(breaker_failures=3, breaker_open_seconds=30))


def fail(breakers: CircuitBreakers, times: int, origin: str = IDP) -> None:
    for _ in range(times):
        breakers.failed(origin)


def is_open(breakers: CircuitBreakers, origin: str = IDP) -> bool:
    try:
        breakers.admit(origin)
    except OutboundUnavailable as error:
        return error.reason is OutboundReason.CIRCUIT_OPEN
    return False


def test_it_opens_at_the_number_of_failures_in_a_row(breakers: CircuitBreakers) -> None:
    fail(breakers, 2)
    assert not is_open(breakers)
    fail(breakers, 1)
    assert is_open(breakers)
    assert not is_open(breakers, "https://other.example")


def test_a_success_starts_the_count_again(breakers: CircuitBreakers) -> None:
    fail(breakers, 2)
    breakers.succeeded(IDP)
    fail(breakers, 2)
    assert not is_open(breakers)


def test_after_its_time_one_call_tries_while_others_wait(
    breakers: CircuitBreakers, clock: FakeClock
) -> None:
    fail(breakers, 3)
    clock.advance(29.9)
    assert is_open(breakers)
    clock.advance(0.1)
    assert not is_open(breakers)
    assert is_open(breakers)


def test_a_try_that_fails_opens_it_again(breakers: CircuitBreakers, clock: FakeClock) -> None:
    fail(breakers, 3)
    clock.advance(30)
    breakers.admit(IDP)
    clock.advance(5)
    fail(breakers, 1)
    clock.advance(29.9)
    assert is_open(breakers)
    clock.advance(0.1)
    assert not is_open(breakers)


def test_a_try_that_succeeds_closes_it(breakers: CircuitBreakers, clock: FakeClock) -> None:
    fail(breakers, 3)
    clock.advance(30)
    breakers.admit(IDP)
    breakers.succeeded(IDP)
    fail(breakers, 2)
    assert not is_open(breakers)
    assert not is_open(breakers)


def test_a_try_that_never_reports_back_is_followed_by_another(
    breakers: CircuitBreakers, clock: FakeClock
) -> None:
    fail(breakers, 3)
    clock.advance(30)
    breakers.admit(IDP)
    clock.advance(30)
    assert not is_open(breakers)


def test_the_wall_clock_does_not_matter(breakers: CircuitBreakers, clock: FakeClock) -> None:
    fail(breakers, 3)
    clock.set_now(clock.now() + 86400)
    assert is_open(breakers)


def test_the_memory_for_origins_is_bounded(breakers: CircuitBreakers) -> None:
    fail(breakers, 3)
    for number in range(MAX_ORIGINS + 10):
        fail(breakers, 1, f"https://{number}.example")
    assert len(breakers._circuits) == MAX_ORIGINS


def test_a_failing_origin_is_left_alone_for_a_while(client_for: ClientFor) -> None:
    clock = FakeClock()
    broken = [True]

    def script(visit: Visit) -> bool:
        if not broken[0]:
            visit.say(answer())
        return not broken[0]

    with LoopbackServer(script) as server, LoopbackServer(always(answer())) as other:
        client = client_for(server, other, clock=clock, breaker_failures=3)
        for reason, asked in (
            (OutboundReason.CONNECTION_BROKEN, 1),
            (OutboundReason.CONNECTION_BROKEN, 2),
            (OutboundReason.CONNECTION_BROKEN, 3),
            (OutboundReason.CIRCUIT_OPEN, 3),
        ):
            with pytest.raises(OutboundUnavailable) as caught:
                client.request("GET", server.origin)
            assert (caught.value.reason, len(server.requests)) == (reason, asked)
        assert client.get_json(other.origin) == {}
        clock.advance(30)
        broken[0] = False
        for _ in range(3):
            assert client.get_json(server.origin) == {}


@pytest.mark.parametrize(
    ("told", "opens"),
    [
        (answer(status="503 S"), True),
        (answer(status="502 S"), True),
        (answer(status="504 S"), True),
        (b"rubbish\r\n\r\n", True),
        (answer(status="500 S"), False),
        (answer(status="404 S"), False),
        (answer(status="429 S"), False),
        (answer(status="302 S"), False),
        (answer(extra=("Content-Encoding: gzip",)), False),
    ],
)
def test_an_origin_is_left_alone_only_for_what_says_that_it_is_ill(
    client_for: ClientFor, told: bytes, *, opens: bool
) -> None:
    with LoopbackServer(once(told)) as server:
        client = client_for(server, breaker_failures=2)
        reasons: list[OutboundReason] = []
        for _ in range(4):
            try:
                client.request("GET", server.origin)
            except OutboundError as error:
                reasons.append(error.reason)
        assert (OutboundReason.CIRCUIT_OPEN in reasons) is opens
        assert len(server.requests) == (2 if opens else 4)
