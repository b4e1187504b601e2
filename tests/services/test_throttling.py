"""Throttling of failed credentials: the noisy source waits, nobody else does."""

from __future__ import annotations

from typing import Final

import pytest

from authserver.domain.errors import Throttled
from authserver.services import throttle_memory
from authserver.services.throttling import (
    Attempt,
    PrincipalKind,
    Throttle,
    ThrottleLimits,
    network_of,
)
from tests.services.world import LIMITS, World

NOISY: Final = "198.51.100.7"
ELSEWHERE: Final = "203.0.113.9"


@pytest.fixture
def throttle(world: World) -> Throttle:
    return Throttle(world.clock, LIMITS)


def attempt(
    world: World, name: str, peer: str, kind: PrincipalKind = PrincipalKind.CLIENT
) -> Attempt:
    return Attempt(kind, name, world.call(peer))


def fail(world: World, throttle: Throttle, attempted: Attempt, times: int = 1) -> None:
    for _ in range(times):
        throttle.check_caller(attempted)
        with world.database.writing() as stores:
            blocks = throttle.count(stores, attempted)
        throttle.remember(blocks)


def test_as_many_failures_as_a_window_forgives_do_not_block(
    world: World, throttle: Throttle
) -> None:
    fail(world, throttle, attempt(world, "ci-reader", NOISY), LIMITS.per_caller - 1)
    throttle.check_caller(attempt(world, "ci-reader", NOISY))


@pytest.mark.rule("TK-12")
def test_the_source_that_fails_too_often_has_to_wait_and_is_told_how_long(
    world: World, throttle: Throttle
) -> None:
    world.clock.advance(12.5)
    fail(world, throttle, attempt(world, "ci-reader", NOISY), LIMITS.per_caller)
    with pytest.raises(Throttled) as refusal:
        throttle.check_caller(attempt(world, "ci-reader", NOISY))
    assert refusal.value.retry_after_seconds == 48
    assert refusal.value.error == "temporarily_unavailable"


def test_the_log_does_not_hear_what_was_sent_as_a_client_id(
    world: World, throttle: Throttle
) -> None:
    misplaced = "asv_cs_in-the-wrong-field"
    fail(world, throttle, attempt(world, misplaced, NOISY), LIMITS.per_caller)
    with pytest.raises(Throttled) as refusal:
        throttle.check_caller(attempt(world, misplaced, NOISY))
    assert misplaced not in refusal.value.detail + repr(refusal.value) + str(refusal.value)


@pytest.mark.rule("TK-12")
def test_the_genuine_client_from_elsewhere_is_not_blocked(world: World, throttle: Throttle) -> None:
    fail(world, throttle, attempt(world, "ci-reader", NOISY), LIMITS.per_caller)
    throttle.check_caller(attempt(world, "ci-reader", ELSEWHERE))


def test_another_client_from_the_same_network_is_not_blocked(
    world: World, throttle: Throttle
) -> None:
    fail(world, throttle, attempt(world, "ci-reader", NOISY), LIMITS.per_caller)
    throttle.check_caller(attempt(world, "neighbour", NOISY))


@pytest.mark.parametrize("failing", PrincipalKind)
def test_a_client_a_site_and_a_gateway_of_one_name_do_not_share_a_counter(
    world: World, throttle: Throttle, failing: PrincipalKind
) -> None:
    fail(world, throttle, attempt(world, "jira", NOISY, failing), LIMITS.per_caller)
    for other in set(PrincipalKind) - {failing}:
        throttle.check_caller(attempt(world, "jira", NOISY, other))


def block_network(world: World, throttle: Throttle) -> None:
    for number in range(LIMITS.per_network):
        fail(world, throttle, attempt(world, f"guess-{number}", NOISY))


def test_in_a_network_that_tries_many_names_everybody_may_try_and_nobody_may_fail(
    world: World, throttle: Throttle
) -> None:
    block_network(world, throttle)
    for name in ("guess-0", "never-tried"):
        throttle.check_caller(attempt(world, name, NOISY))
        with pytest.raises(Throttled) as refusal:
            throttle.check_network(attempt(world, name, NOISY))
        assert refusal.value.retry_after_seconds == LIMITS.window_seconds
        throttle.check_network(attempt(world, name, ELSEWHERE))


@pytest.mark.rule("TK-12")
def test_failures_in_a_blocked_network_are_counted_without_a_write(
    world: World, throttle: Throttle
) -> None:
    block_network(world, throttle)
    world.database.calls.clear()
    for _ in range(LIMITS.per_caller):
        throttle.check_caller(attempt(world, "ci-reader", NOISY))
        with pytest.raises(Throttled):
            throttle.check_network(attempt(world, "ci-reader", NOISY))
    with pytest.raises(Throttled):
        throttle.check_caller(attempt(world, "ci-reader", NOISY))
    throttle.check_caller(attempt(world, "neighbour", NOISY))
    throttle.check_caller(attempt(world, "ci-reader", ELSEWHERE))
    assert not world.database.calls


def test_counts_of_a_blocked_network_end_with_its_window(world: World, throttle: Throttle) -> None:
    for _ in range(2):
        block_network(world, throttle)
        for _ in range(LIMITS.per_caller - 1):
            with pytest.raises(Throttled):
                throttle.check_network(attempt(world, "ci-reader", NOISY))
        throttle.check_caller(attempt(world, "ci-reader", NOISY))
        world.clock.advance(LIMITS.window_seconds)
        throttle.check_network(attempt(world, "ci-reader", NOISY))


def test_a_blocked_network_remembers_a_bounded_number_of_names(
    world: World, throttle: Throttle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle_memory, "MOST_BLOCKS", 50)
    block_network(world, throttle)
    for number in range(1000):
        with pytest.raises(Throttled):
            throttle.check_network(attempt(world, f"name-{number}", NOISY))
    assert len(throttle._memory) <= 100
    with pytest.raises(Throttled):
        throttle.check_network(attempt(world, "ci-reader", NOISY))


def test_one_block_does_not_lift_another(world: World, throttle: Throttle) -> None:
    for peer in (NOISY, ELSEWHERE):
        fail(world, throttle, attempt(world, "ci-reader", peer), LIMITS.per_caller)
    for peer in (NOISY, ELSEWHERE):
        with pytest.raises(Throttled):
            throttle.check_caller(attempt(world, "ci-reader", peer))


def test_windows_roll(world: World, throttle: Throttle) -> None:
    fail(world, throttle, attempt(world, "ci-reader", NOISY), LIMITS.per_caller)
    world.clock.advance(LIMITS.window_seconds - 0.001)
    with pytest.raises(Throttled):
        throttle.check_caller(attempt(world, "ci-reader", NOISY))
    world.clock.advance(0.001)
    throttle.check_caller(attempt(world, "ci-reader", NOISY))
    assert len(throttle._memory) == 0
    fail(world, throttle, attempt(world, "ci-reader", NOISY), LIMITS.per_caller - 1)
    throttle.check_caller(attempt(world, "ci-reader", NOISY))


def test_failures_of_the_window_before_do_not_count(world: World, throttle: Throttle) -> None:
    fail(world, throttle, attempt(world, "ci-reader", NOISY), LIMITS.per_caller - 1)
    world.clock.advance(LIMITS.window_seconds)
    fail(world, throttle, attempt(world, "ci-reader", NOISY), LIMITS.per_caller - 1)
    throttle.check_caller(attempt(world, "ci-reader", NOISY))


def test_a_worker_that_saw_none_of_the_failures_lets_one_more_through(world: World) -> None:
    first, second = Throttle(world.clock, LIMITS), Throttle(world.clock, LIMITS)
    fail(world, first, attempt(world, "ci-reader", NOISY), LIMITS.per_caller)
    fail(world, second, attempt(world, "ci-reader", NOISY))
    with pytest.raises(Throttled):
        second.check_caller(attempt(world, "ci-reader", NOISY))


def test_checking_costs_the_database_nothing(world: World, throttle: Throttle) -> None:
    fail(world, throttle, attempt(world, "ci-reader", NOISY), LIMITS.per_caller)
    world.database.calls.clear()
    with pytest.raises(Throttled):
        throttle.check_caller(attempt(world, "ci-reader", NOISY))
    throttle.check_caller(attempt(world, "ci-reader", ELSEWHERE))
    assert not world.database.calls


def test_what_was_sent_as_a_name_is_stored_only_as_a_digest(
    world: World, throttle: Throttle
) -> None:
    fail(world, throttle, attempt(world, "canary-secret", NOISY))
    assert "canary-secret" not in repr(world.database.state.failures)
    assert NOISY not in repr(world.database.state.failures)


def test_any_text_can_be_counted(world: World, throttle: Throttle) -> None:
    fail(world, throttle, attempt(world, "\ud800\0\u202e" * 5000, "not an address"))


def test_blocks_are_bounded(
    world: World, throttle: Throttle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle_memory, "MOST_BLOCKS", 2)
    for number in range(10):
        peer = f"192.0.2.{number}"
        fail(world, throttle, attempt(world, "ci-reader", peer), LIMITS.per_caller)
        with pytest.raises(Throttled):
            throttle.check_caller(attempt(world, "ci-reader", peer))
        assert len(throttle._memory) <= 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", 1),
        ("192.0.2.1", "192.0.2.2", 0),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", 1),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", 0),
        ("::ffff:192.0.2.1", "192.0.2.1", 1),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", 0),
        ("fe80::1%eth0", "fe80::2%eth0", 1),
        ("unix", "unix", 1),
        ("", "unix", 0),
    ],
)
def test_one_customer_is_one_network(one: str, other: str, same: int) -> None:
    limits = ThrottleLimits()
    assert (network_of(one, limits) == network_of(other, limits)) == bool(same)


def test_the_prefixes_say_what_a_network_is() -> None:
    limits = ThrottleLimits(ipv4_prefix=24, ipv6_prefix=48)
    assert network_of("192.0.2.1", limits) == network_of("192.0.2.200", limits)
    assert network_of("2001:db8:1:2::1", limits) == network_of("2001:db8:1:3::1", limits)
    assert network_of("2001:db8:1::1", limits) != network_of("2001:db8:2::1", limits)
