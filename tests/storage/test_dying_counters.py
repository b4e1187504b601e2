"""Workers that die while they count: at every write, and at any moment of real ones."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.rates import Quota
from authserver.storage.node_counter_file import NodeCounterFile
from authserver.storage.node_counters import NodeCounters
from tests.doubles import FakeClock
from tests.storage.node_counting import counters, key, most_in_a_window, read_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WINDOW = 60
TEN = Quota(key(1), 10, WINDOW)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def opened(tmp_path: Path, clock: FakeClock) -> Callable[[], NodeCounters]:
    def make() -> NodeCounters:
        return NodeCounters(NodeCounterFile(tmp_path / "rates", 1, clock, boot=b"b" * 16))

    return make


def passed(counting: NodeCounters, tries: int, quota: Quota) -> int:
    return sum(not counting.take([quota]).is_over for _ in range(tries))


class Dying:
    """A view of memory whose owner dies at its n-th write."""

    def __init__(self, view: Any, life: list[int]) -> None:
        self._view = view
        self._life = life

    def __getitem__(self, place: Any) -> Any:
        return self._view[place]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    def __setitem__(self, place: Any, value: Any) -> None:
        if not self._life[0]:
            raise KeyboardInterrupt
        self._life[0] -= 1
        self._view[place] = value


@pytest.mark.parametrize("story", ["new", "old", "aged", "moved on", "longer", "set back"])
def test_who_dies_between_two_writes_leaves_no_room_for_more(
    opened: Callable[..., NodeCounters], clock: FakeClock, story: str
) -> None:
    for writes in range(200):
        quota = TEN._replace(key=key(1000 + writes))
        counting = opened()
        before = 0 if story == "new" else passed(counting, 8, quota)
        clock.advance({"aged": WINDOW * 9, "moved on": WINDOW / 3}.get(story, 0.0))
        if story == "longer":
            quota = quota._replace(seconds=WINDOW * 60)
        elif story == "set back":
            clock.set_monotonic(clock.monotonic() - 2 * WINDOW)
        if story == "aged":
            before = 0
        life, file = [writes], counting._file
        words, longs, memory = file.words, file.longs, file.memory
        file.words = Dying(words, life)  # type: ignore[assignment]  # stands in for memory
        file.longs = Dying(longs, life)  # type: ignore[assignment]  # stands in for memory
        file.memory = Dying(memory, life)  # type: ignore[assignment]  # stands in for memory
        try:
            counting.take([quota])
            before += 1
            died = False
        except KeyboardInterrupt:
            died = True
        file.words, file.longs, file.memory = words, longs, memory
        counting.close()

        assert passed(opened(), 20, quota) <= 10 - before
        if not died:
            return
    pytest.fail("it never got to its end")


def test_processes_share_the_counters_and_may_die_at_any_moment(tmp_path: Path) -> None:
    calls, seconds, keys, long = 40, 1, 3, 2
    command = [sys.executable, "-m", "tests.storage.node_counting"]
    numbers = [str(each) for each in (calls, seconds, keys, long)]
    arguments = [*command, str(tmp_path / "rates"), str(tmp_path / "notes"), *numbers]
    counters(tmp_path / "rates").close()
    workers = [subprocess.Popen(arguments, stdout=subprocess.PIPE) for _ in range(2)]
    victim = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    for each in [*workers, victim]:
        assert each.stdout is not None
        assert each.stdout.read(1) == b"!"
    victim.kill()
    for each in [*workers, victim]:
        each.communicate()

    notes = read_notes(tmp_path / "notes")
    assert set(notes) == set(range(keys))
    for noted in notes.values():
        assert most_in_a_window(noted, seconds) <= calls
        assert len(noted) >= calls, "limits are used up, too"


@pytest.mark.slow
def test_workers_that_die_again_and_again_never_let_more_pass(tmp_path: Path) -> None:
    calls, seconds, keys, long = 25, 1, 7, 60
    command = [sys.executable, "-m", "tests.storage.node_counting"]
    numbers = [str(each) for each in (calls, seconds, keys, long)]
    arguments = [*command, str(tmp_path / "rates"), str(tmp_path / "notes"), *numbers]

    def begun() -> subprocess.Popen[bytes]:
        return subprocess.Popen(arguments, stdout=subprocess.PIPE)

    workers, deaths = [begun() for _ in range(3)], 0
    end = time.monotonic() + 40
    while time.monotonic() < end:
        place = deaths % len(workers)
        victim = workers[place]
        assert victim.stdout is not None
        assert victim.stdout.read(1) == b"!"
        time.sleep(0.01 * (deaths % 13))
        victim.kill()
        victim.communicate()
        deaths += 1
        workers[place] = begun()
    for each in workers:
        each.kill()
        each.communicate()

    assert deaths >= 10
    notes = read_notes(tmp_path / "notes")
    assert set(notes) == set(range(keys))
    for noted in notes.values():
        assert most_in_a_window(noted, seconds) <= calls
    counting = counters(tmp_path / "rates")
    assert counting.fullest() <= 1
    assert passed(counting, 3, Quota(key(99), 2, 60)) == 2, "and it counts on"
