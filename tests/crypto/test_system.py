"""The system's clock and generator are the real ones."""

from __future__ import annotations

import time

from authserver.crypto.system import SystemClock, SystemEntropy


def test_now_is_the_time_of_the_epoch() -> None:
    before = time.time()  # noqa: TID251 - compared with the clock under test
    assert before <= SystemClock().now() <= time.time()  # noqa: TID251 - as above


def test_monotonic_time_counts_suspension() -> None:
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert before <= SystemClock().monotonic() <= time.clock_gettime(time.CLOCK_BOOTTIME)


def test_sleeping_waits() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0.01)
    assert clock.monotonic() - before >= 0.01


def test_random_bytes_have_the_asked_length_and_do_not_repeat() -> None:
    draws = {SystemEntropy().token_bytes(16) for _ in range(1000)}
    assert len(draws) == 1000
    assert {len(draw) for draw in draws} == {16}
