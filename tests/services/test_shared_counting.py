"""Shared counters beside the node's own: what passes while the shared ones fail, and after."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from authserver.domain.rates import Quota, RatesUnavailable, Taken, Used
from authserver.services.shared_counting import (
    FAILURES_IN_A_ROW,
    NODE_INSTEAD,
    OPEN_SECONDS,
    SHARED_ALONE,
    SharedCounting,
)
from tests.doubles import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FIVE = Quota(b"k" * 16, 5, 60)


class Counters:
    """Counts for ever; fails when told to, and notes how often it was asked."""

    def __init__(self) -> None:
        self.count = 0
        self.asked = 0
        self.works = True
        self.detail = ""

    def take(self, quotas: Sequence[Quota]) -> Taken:
        self.asked += 1
        if not self.works:
            raise RatesUnavailable("down")
        (quota,) = quotas
        is_over = self.count >= quota.calls
        self.count += not is_over
        return Taken([Used(self.count, 1.0, is_over)], self.detail)


class Node:
    """One node: shared counters that others may share, and its own."""

    def __init__(self, shared: Counters, *, falls_back: bool) -> None:
        self.own = Counters()
        self.clock = FakeClock()
        self.waits: list[str] = []
        self.counting = SharedCounting(
            shared=shared,
            node=self.own,
            clock=self.clock,
            falls_back=falls_back,
            aside=self._aside,
        )

    @contextmanager
    def _aside(self) -> Iterator[None]:
        self.waits.append("begin")
        yield
        self.waits.append("end")

    def passed(self, tries: int) -> int:
        return sum(not self.counting.take([FIVE]).is_over for _ in range(tries))


@pytest.fixture
def shared() -> Counters:
    return Counters()


def test_nodes_share_one_limit(shared: Counters) -> None:
    nodes = [Node(shared, falls_back=True) for _ in range(3)]
    assert [node.passed(3) for node in nodes] == [3, 2, 0]


def test_other_requests_go_on_while_one_waits(shared: Counters) -> None:
    node = Node(shared, falls_back=True)
    node.passed(1)
    assert node.waits == ["begin", "end"]


def test_a_call_that_is_refused_is_not_counted_here(shared: Counters) -> None:
    shared.count = 5
    node = Node(shared, falls_back=True)
    assert node.passed(4) == 0
    assert node.own.asked == 0


def test_refuse_refuses_while_the_shared_counters_do_not_answer(shared: Counters) -> None:
    shared.works = False
    node = Node(shared, falls_back=False)
    with pytest.raises(RatesUnavailable):
        node.passed(1)
    assert node.own.asked == 0


def test_fallen_back_a_node_still_knows_what_passed_before(shared: Counters) -> None:
    node = Node(shared, falls_back=True)
    assert node.passed(3) == 3
    shared.works = False
    taken = node.counting.take([FIVE])
    assert taken.detail.startswith(NODE_INSTEAD)
    assert node.passed(5) == 1, "five in all, not five more"


def test_what_passed_meanwhile_counts_when_the_shared_ones_are_back(shared: Counters) -> None:
    node = Node(shared, falls_back=True)
    shared.works = False
    assert node.passed(4) == 4
    shared.works = True
    node.clock.advance(OPEN_SECONDS)
    assert node.passed(5) == 1


def test_emptied_shared_counters_never_open_a_node(shared: Counters) -> None:
    node = Node(shared, falls_back=True)
    assert node.passed(5) == 5
    shared.count, shared.detail = 0, "rates-store-young"
    taken = node.counting.take([FIVE])
    assert taken.is_over
    assert taken.detail == "rates-store-young"


def test_a_node_whose_own_file_is_full_counts_with_the_shared_ones_and_says_so(
    shared: Counters,
) -> None:
    node = Node(shared, falls_back=True)
    node.own.works = False
    assert node.counting.take([FIVE]).detail.startswith(SHARED_ALONE)
    assert node.passed(9) == 4


def test_with_neither_nothing_passes(shared: Counters) -> None:
    node = Node(shared, falls_back=True)
    node.own.works = shared.works = False
    with pytest.raises(RatesUnavailable):
        node.passed(1)


def test_dead_counters_are_left_alone_but_for_one_call_in_a_while(
    shared: Counters, caplog: pytest.LogCaptureFixture
) -> None:
    shared.works = False
    node = Node(shared, falls_back=True)
    node.passed(50)
    assert shared.asked == FAILURES_IN_A_ROW

    for turn in range(1, 4):
        node.clock.advance(OPEN_SECONDS)
        node.passed(50)
        assert shared.asked == FAILURES_IN_A_ROW + turn
    assert len(caplog.messages) == 1, "said once, not with every call"

    shared.works = True
    node.clock.advance(OPEN_SECONDS)
    node.passed(2)
    assert shared.asked == FAILURES_IN_A_ROW + 5
    assert "again" in caplog.messages[-1]


def test_a_single_failure_closes_nothing(shared: Counters) -> None:
    node = Node(shared, falls_back=False)
    for _ in range(4):
        shared.works = False
        with pytest.raises(RatesUnavailable):
            node.passed(1)
        shared.works = True
        assert not node.counting.take([FIVE]).detail
