"""The circuit breaker: closed, open, half-open."""

from __future__ import annotations

import pytest

from authserver.domain.outbound import OutboundPolicy, OutboundReason, OutboundUnavailable
from authserver.upstream.http_breaker import MAX_ORIGINS, CircuitBreakers
from tests.doubles import FakeClock

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
