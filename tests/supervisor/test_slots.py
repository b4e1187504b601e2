"""When a process's place is filled again."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from authserver.supervisor.children import Child
from authserver.supervisor.slots import LONGEST_DELAY_SECONDS, Slot

if TYPE_CHECKING:
    import subprocess


def child() -> Child:
    return Child(cast("subprocess.Popen[bytes]", None), status=-1, started_at=0.0)


def test_the_place_of_a_process_that_worked_is_filled_at_once() -> None:
    slot = Slot("worker-1", child=child())
    for now in (10.0, 10.5, 11.0):
        seated = slot.child = child()
        slot.note_ready(seated)
        slot.note_end(seated, now)
        assert slot.retry_at == now


def test_after_failed_starts_the_pauses_grow_up_to_a_limit() -> None:
    slot = Slot("worker-1")
    pauses = []
    for _ in range(8):
        seated = slot.child = child()
        slot.note_end(seated, 100.0)
        assert slot.retry_at is not None
        pauses.append(slot.retry_at - 100.0)
    assert pauses[:4] == [0.25, 0.5, 1.0, 2.0]
    assert pauses[-1] == LONGEST_DELAY_SECONDS


def test_a_process_that_worked_makes_earlier_failures_forgotten() -> None:
    slot = Slot("worker-1", child=child(), failures=5)
    assert slot.child is not None
    slot.note_ready(slot.child)
    assert slot.failures == 0


def test_a_successor_takes_the_place_when_it_is_ready() -> None:
    old, new = child(), child()
    slot = Slot("worker-1", child=old, successor=new)
    assert slot.note_ready(new) is old
    assert slot.child is new
    assert slot.successor is None


def test_a_successor_that_fails_leaves_the_old_process_in_place() -> None:
    old, new = child(), child()
    slot = Slot("worker-1", child=old, successor=new)
    slot.note_end(new, 1.0)
    assert slot.child is old
    assert slot.retry_at is None


@pytest.mark.parametrize("successor_dies_first", [True, False])
def test_when_both_have_gone_the_place_is_filled_again(*, successor_dies_first: bool) -> None:
    old, new = child(), child()
    old.is_ready = True
    slot = Slot("worker-1", child=old, successor=new)
    for gone in (new, old) if successor_dies_first else (old, new):
        slot.note_end(gone, 5.0)
    assert slot.retry_at is not None
