"""The barrier: nobody hears of a revocation before every worker knows it, and few wait at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS, CommitBarrier
from tests.doubles import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_the_barrier_returns_when_every_lease_before_it_has_run_out() -> None:
    clock = FakeClock(monotonic=0.0)
    before = clock.monotonic()
    CommitBarrier(clock).wait()
    assert clock.monotonic() - before >= REVOKER_WAIT_SECONDS


def test_the_barrier_waits_again_when_it_was_woken_too_early() -> None:
    class Impatient(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds / 2 if seconds > 0.01 else seconds)

    clock = Impatient(monotonic=0.0)
    before = clock.monotonic()
    CommitBarrier(clock).wait()
    assert clock.monotonic() - before >= REVOKER_WAIT_SECONDS


def test_what_is_done_within_the_barrier_is_followed_by_the_wait() -> None:
    clock = FakeClock(monotonic=0.0)
    with CommitBarrier(clock).passing():
        assert clock.slept == []
    assert sum(clock.slept) == pytest.approx(REVOKER_WAIT_SECONDS)


def test_what_failed_is_not_waited_for_and_leaves_its_place() -> None:
    clock = FakeClock(monotonic=0.0)
    barrier = CommitBarrier(clock, places=1)

    def fail() -> None:
        with barrier.passing():
            raise ValueError("the commit was refused")

    with pytest.raises(ValueError, match="the commit was refused"):
        fail()
    assert clock.slept == []
    with barrier.passing():
        pass


def test_without_a_place_nothing_is_begun() -> None:
    barrier = CommitBarrier(FakeClock(monotonic=0.0), places=2)
    begun = []
    with (
        barrier.passing(),
        barrier.passing(),
        pytest.raises(StorageUnavailable, match="wait already"),
        barrier.passing(),
    ):
        begun.append("a revocation that could not be answered")
    assert begun == []


def test_the_wait_is_aside_and_the_commit_is_not() -> None:
    happened = []

    class Watched(FakeClock):
        def sleep(self, seconds: float) -> None:
            happened.append("wait")
            super().sleep(seconds)

    @contextmanager
    def aside() -> Iterator[None]:
        happened.append("aside")
        yield
        happened.append("back")

    with CommitBarrier(Watched(monotonic=0.0), aside=aside).passing():
        happened.append("commit")
    assert happened == ["commit", "aside", "wait", "back"]


def test_who_needs_no_certainty_waits_only_where_there_is_room() -> None:
    clock = FakeClock(monotonic=0.0)
    barrier = CommitBarrier(clock, places=1)
    barrier.wait_if_there_is_room()
    assert sum(clock.slept) == pytest.approx(REVOKER_WAIT_SECONDS)
    clock.slept.clear()
    with barrier.passing():
        barrier.wait_if_there_is_room()
        assert clock.slept == []
    barrier.wait_if_there_is_room()
    assert sum(clock.slept) == pytest.approx(2 * REVOKER_WAIT_SECONDS)


@pytest.mark.parametrize(("at_least", "waited"), [(0.9, 0.9), (0.1, REVOKER_WAIT_SECONDS)])
def test_a_wait_may_be_longer_but_never_shorter(at_least: float, waited: float) -> None:
    clock = FakeClock(monotonic=0.0)
    CommitBarrier(clock).wait_if_there_is_room(at_least)
    assert sum(clock.slept) == pytest.approx(waited)
