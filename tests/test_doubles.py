"""What the other tests rely on: the stopped clock stands still and the dice repeat."""

from __future__ import annotations

from tests.doubles import FakeClock, FakeEntropy


def test_a_stopped_clock_moves_only_when_told() -> None:
    clock = FakeClock(now=100.0, monotonic=5.0)
    assert (clock.now(), clock.monotonic()) == (100.0, 5.0)
    clock.advance(2.5)
    assert (clock.now(), clock.monotonic()) == (102.5, 7.5)


def test_sleeping_on_a_stopped_clock_advances_it_and_is_remembered() -> None:
    clock = FakeClock(now=100.0, monotonic=5.0)
    clock.sleep(0.25)
    clock.sleep(1.0)
    assert (clock.now(), clock.monotonic(), clock.slept) == (101.25, 6.25, [0.25, 1.0])


def test_each_hand_can_be_set_on_its_own() -> None:
    clock = FakeClock(now=100.0, monotonic=5.0)
    clock.set_now(40.0)
    clock.set_monotonic(6.0)
    assert (clock.now(), clock.monotonic()) == (40.0, 6.0)


def test_equal_seeds_give_equal_bytes_and_no_draw_repeats() -> None:
    first, second, other = FakeEntropy("a"), FakeEntropy("a"), FakeEntropy("b")
    draws = [first.token_bytes(32) for _ in range(100)]
    assert draws == [second.token_bytes(32) for _ in range(100)]
    assert len(set(draws)) == 100
    assert other.token_bytes(32) not in draws


def test_the_asked_number_of_bytes_comes() -> None:
    entropy = FakeEntropy()
    assert [len(entropy.token_bytes(count)) for count in (1, 16, 32, 64)] == [1, 16, 32, 64]
