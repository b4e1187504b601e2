"""Counters that the workers of a node share: never more than the limit, whatever happens."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from limits import RateLimitItemPerSecond
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from authserver.domain.rates import Quota, RatesUnavailable
from authserver.storage.node_counter_file import HEAD_BYTES, WAYS, NodeCounterFile
from authserver.storage.node_counters import NodeCounters
from authserver.storage.node_rate_storage import NodeStorage
from tests.doubles import FakeClock
from tests.storage.node_counting import key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WINDOW = 60
TEN = Quota(key(1), 10, WINDOW)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def opened(tmp_path: Path, clock: FakeClock) -> Callable[..., NodeCounters]:
    def make(*, boot: bytes = b"b" * 16, mebibytes: int = 1) -> NodeCounters:
        file = NodeCounterFile(tmp_path / "rates", mebibytes, clock, boot=boot)
        return NodeCounters(file)

    return make


def passed(counting: NodeCounters, tries: int, quota: Quota = TEN) -> int:
    return sum(not counting.take([quota]).is_over for _ in range(tries))


def test_so_many_calls_pass_as_the_limit_says(opened: Callable[..., NodeCounters]) -> None:
    assert passed(opened(), 30) == 10


def test_what_is_used_and_when_there_is_room_is_told(
    opened: Callable[..., NodeCounters], clock: FakeClock
) -> None:
    counting = opened()
    first = counting.take([TEN]).used[0]
    clock.advance(30)
    passed(counting, 9)
    (over,) = counting.take([TEN]).used

    assert first.calls == 1
    assert not first.is_over
    assert (over.calls, over.is_over) == (10, True)
    assert 30 <= over.room_in <= 30 + WINDOW / 64
    clock.advance(over.room_in - 0.001)
    assert passed(counting, 1) == 0
    clock.advance(0.002)
    assert passed(counting, 5) == 1, "the nine others still count"


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.floats(0, 90), min_size=1, max_size=120),
    calls=st.integers(1, 7),
    seconds=st.sampled_from([1, 7, 60]),
)
def test_no_window_wherever_it_begins_has_more_than_the_limit(
    tmp_path_factory: pytest.TempPathFactory, steps: list[float], calls: int, seconds: int
) -> None:
    clock = FakeClock()
    path = tmp_path_factory.mktemp("rates") / "rates"
    counting = NodeCounters(NodeCounterFile(path, 1, clock, boot=b"b" * 16))
    quota = Quota(key(5), calls, seconds)
    moments: list[float] = []
    for step in steps:
        clock.advance(step * seconds / 60)
        if not counting.take([quota]).is_over:
            moments.append(clock.monotonic())
    counting.close()

    for begin in moments:
        within = [each for each in moments if begin <= each < begin + seconds]
        assert len(within) <= calls
    for before, after in zip(moments, moments[calls:], strict=False):
        assert after - before >= seconds


@pytest.mark.parametrize("phase", [0.0, 0.3, 0.5, 0.93])
def test_a_caller_who_tries_all_the_time_never_gets_more(
    opened: Callable[..., NodeCounters], clock: FakeClock, phase: float
) -> None:
    part = WINDOW / 64
    clock.advance(part * phase)
    counting, moments = opened(), list[float]()
    for _ in range(3 * 64 * 10):
        clock.advance(part / 10)
        if not counting.take([TEN]).is_over:
            moments.append(clock.monotonic())
    assert len(moments) == 30, "and no less than one part of a window too late"
    for before, after in zip(moments, moments[TEN.calls :], strict=False):
        assert after - before >= WINDOW


def test_a_caller_who_waits_as_told_gets_its_calls(
    opened: Callable[..., NodeCounters], clock: FakeClock
) -> None:
    counting, waited = opened(), 0.0
    for _ in range(40):
        while (taken := counting.take([TEN])).is_over:
            waited += taken.used[0].room_in
            clock.advance(taken.used[0].room_in)
    assert waited <= 3 * (WINDOW + WINDOW / 64) + 0.001


def test_a_call_that_one_limit_refuses_is_counted_by_none(
    opened: Callable[..., NodeCounters],
) -> None:
    counting = opened()
    tight, wide = Quota(key(1), 1, WINDOW), Quota(key(2), 100, WINDOW)
    counting.take([tight, wide])
    for _ in range(50):
        assert counting.take([wide, tight]).is_over
    assert counting.look(wide).calls == 1


@pytest.mark.feature(43)
def test_counts_survive_a_restart(opened: Callable[..., NodeCounters]) -> None:
    first = opened()
    passed(first, 10)
    first.close()
    assert passed(opened(), 10) == 0


def test_another_worker_sees_every_count_at_once(opened: Callable[..., NodeCounters]) -> None:
    one, other = opened(), opened()
    assert [passed(each, 1) for each in [one, other] * 10] == [1] * 10 + [0] * 10


def test_nobody_gets_more_by_setting_the_clock(
    opened: Callable[..., NodeCounters], clock: FakeClock
) -> None:
    counting = opened()
    passed(counting, 10)
    for moved in (-86_400, 86_400 * 400):
        clock.set_now(clock.now() + moved)
        assert passed(counting, 1) == 0
        assert passed(opened(), 1) == 0, "nor does a worker that starts now"


def test_a_boot_with_a_clock_far_behind_counts_all_as_of_now(
    opened: Callable[..., NodeCounters], clock: FakeClock
) -> None:
    passed(opened(), 10)
    clock.set_now(0.0)
    clock.set_monotonic(3.0)
    after = opened(boot=b"c" * 16)
    assert passed(after, 1) == 0
    clock.advance(WINDOW + 1)
    assert passed(after, 20) == 10, "and not for ever"


def test_after_a_boot_counts_go_on(opened: Callable[..., NodeCounters], clock: FakeClock) -> None:
    passed(opened(), 10)
    clock.advance(20)
    clock.set_monotonic(3.0)
    after = opened(boot=b"c" * 16)
    assert passed(after, 1) == 0
    clock.advance(WINDOW - 20 + 1)
    assert passed(after, 20) == 10


def test_a_limit_of_another_length_forgets_nothing(opened: Callable[..., NodeCounters]) -> None:
    counting = opened()
    passed(counting, 10)
    assert passed(counting, 5, TEN._replace(calls=12, seconds=3600)) == 2
    assert passed(counting, 5, TEN._replace(calls=12)) == 0


def test_a_key_that_finds_no_room_is_an_error_and_nobody_is_forgotten(
    opened: Callable[..., NodeCounters], clock: FakeClock
) -> None:
    counting = opened()
    sets = counting._file.sets
    keys = [key(place * sets) for place in range(WAYS + 1)]
    for each in keys[:WAYS]:
        passed(counting, 1, Quota(each, 1, WINDOW))

    assert counting.fullest() == 1.0
    with pytest.raises(RatesUnavailable, match="full"):
        counting.take([Quota(keys[-1], 1, WINDOW)])
    assert [passed(counting, 1, Quota(each, 1, WINDOW)) for each in keys[:WAYS]] == [0] * WAYS
    clock.advance(WINDOW * 2)
    assert passed(counting, 2, Quota(keys[-1], 1, WINDOW)) == 1, "what is over makes room"
    assert counting.fullest() < 1.0


def test_a_file_that_is_none_of_ours_is_refused(
    tmp_path: Path, opened: Callable[..., NodeCounters]
) -> None:
    opened().close()
    path = tmp_path / "rates"
    content = path.read_bytes()
    path.write_bytes(b"x" * len(content))
    with pytest.raises(RatesUnavailable, match="no file of counters"):
        opened()
    path.write_bytes(content[:-1])
    with pytest.raises(RatesUnavailable, match="bytes instead of"):
        opened()


def test_a_damaged_counter_is_an_error_and_no_new_beginning(
    tmp_path: Path, opened: Callable[..., NodeCounters]
) -> None:
    counting = opened()
    passed(counting, 10)
    slot = counting._find(counting._place(TEN.key), TEN.key)
    counting._file.words[slot // 4] = 7
    with pytest.raises(RatesUnavailable, match="damaged"):
        counting.take([TEN])


def test_a_lock_that_nobody_lets_go_of_is_an_error_soon(
    tmp_path: Path, opened: Callable[..., NodeCounters]
) -> None:
    counting = opened()
    hold = (
        "import fcntl, sys\n"
        f"file = open({str(tmp_path / 'rates')!r}, 'r+b')\n"
        "fcntl.lockf(file, fcntl.LOCK_EX)\n"
        "print('!', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.read(1) == b"!"
        with pytest.raises(RatesUnavailable, match="holds a lock"):
            counting.take([TEN])
        holder.kill()
    assert passed(counting, 11) == 10


def test_threads_of_one_worker_share_the_counters(opened: Callable[..., NodeCounters]) -> None:
    counting, counted = opened(), []

    def work() -> None:
        counted.append(passed(counting, 200, TEN._replace(calls=300)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(counted) == 300


def test_the_library_counts_with_them_as_they_are(tmp_path: Path, clock: FakeClock) -> None:
    uri = f"node://{tmp_path / 'rates'}"
    storage = storage_from_string(uri, clock=clock)  # type: ignore[arg-type]  # passed on
    assert isinstance(storage, NodeStorage)
    limiter, item = MovingWindowRateLimiter(storage), RateLimitItemPerSecond(5, 10)

    assert [limiter.hit(item, "a") for _ in range(7)] == [True] * 5 + [False] * 2
    assert limiter.test(item, "b")
    assert not limiter.test(item, "a")
    assert limiter.hit(item, "b", cost=5)
    assert not limiter.hit(item, "b")
    reset, remaining = limiter.get_window_stats(item, "a")
    assert remaining == 0
    assert 0 < reset - clock.now() <= 10 * 65 / 64
    limiter.clear(item, "a")
    assert limiter.hit(item, "a")
    assert storage.incr("free", 10, 3) == 3
    assert storage.check()
    assert storage.reset() == 2 + 1
    assert limiter.hit(item, "b")


def test_the_file_takes_all_its_room_when_it_is_made(
    tmp_path: Path, opened: Callable[..., NodeCounters]
) -> None:
    opened(mebibytes=2).close()
    made = (tmp_path / "rates").stat()
    assert made.st_blocks * 512 >= made.st_size > 2 * 1024 * 1024 - HEAD_BYTES - 9728
    assert made.st_mode & 0o077 == 0
