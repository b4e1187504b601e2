"""Ten tokens at ten times their limit: the site sees the limits, the others notice nothing."""

from __future__ import annotations

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from tests.gateway.bed import GatewayBed
from tests.gateway.keep_alive import KeepAlive
from tests.gateway.rated import ISSUE, TimedNotes, api_tokens, limit, most_within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GREEDY: Final = 10
CALM: Final = 30
SHORTEST_WINDOW: Final = 4
FEWEST_CALLS: Final = 4
TIMES_THE_LIMIT: Final = 10
CALM_PART: Final = 0.5
"""How much of their limit the others use."""
SHARE: Final = 0.25
"""Of the measured capacity, all calls together."""
SECONDS: Final = 20.0


@dataclass
class Caller:
    """One token on a connection of its own, calling in time whatever the answers are."""

    name: str
    token: str
    port: int
    rate: float
    statuses: list[int] = field(default_factory=list)
    took: list[float] = field(default_factory=list)

    def run(self, begin: float, end: float) -> None:
        """Call until `end`; late calls are made up for, so that the rate is what is offered."""
        with KeepAlive(self.port) as connection:
            turn = 0
            while (due := begin + turn / self.rate) < end:
                time.sleep(max(0.0, due - time.monotonic()))
                self.call(connection)
                turn += 1

    def call(self, connection: KeepAlive) -> None:
        """One call."""
        sent = time.monotonic()
        reply = connection.ask("GET", f"{ISSUE}?who={self.name}", f"Bearer {self.token}")
        self.took.append(time.monotonic() - sent)
        self.statuses.append(reply.status)


@pytest.mark.slow
@pytest.mark.feature(44)
def test_the_site_sees_the_limits_and_the_other_tokens_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with GatewayBed(tmp_path) as bed:
        notes = bed.standin.site.notes = TimedNotes()
        tokens = api_tokens(bed, GREEDY + CALM)
        capacity = _capacity(bed.port, tokens)
        limits_used = GREEDY * TIMES_THE_LIMIT + CALM * CALM_PART
        # On a slow machine the window is longer: a limit of one or two calls shows little.
        window = max(SHORTEST_WINDOW, math.ceil(limits_used * FEWEST_CALLS / capacity / SHARE))
        calls = int(capacity * SHARE * window / limits_used)
        seconds = max(SECONDS, 2.5 * window)
        offered = limits_used * calls / window
        rates = [TIMES_THE_LIMIT * calls / window] * GREEDY + [CALM_PART * calls / window] * CALM

        alone = _load(_callers(bed, tokens, rates)[GREEDY:], seconds / 2)
        # Applied late: none of the calls before was counted.
        limit(bed, calls, window)
        notes.arrivals.clear()
        callers = _load(_callers(bed, tokens, rates), seconds)
    greedy, calm = callers[:GREEDY], callers[GREEDY:]

    for each in calm:
        assert set(each.statuses) == {200}, "no other token notices"
    longest = max(max(each.took) for each in greedy)
    seen = {each.name: most_within(notes.arrivals[each.name], window) for each in greedy}
    for each in greedy:
        assert set(each.statuses) == {200, 429}
        assert each.statuses.count(200) == len(notes.arrivals[each.name])
        # What was counted at one moment arrives a little later, each call by its own while.
        assert most_within(notes.arrivals[each.name], window - longest) <= calls
        assert each.statuses.count(200) >= calls * seconds / window * 0.8, "and gets what it may"
    report = (
        f"capacity {capacity:.0f}/s, offered {offered:.0f}/s ({offered / capacity:.0%}); limit "
        f"{calls} per {window} s, ten tokens asked for {calls * TIMES_THE_LIMIT}; most that the "
        f"site saw of one token within {window} s: {max(seen.values())}; other tokens' p99 "
        f"{_p99(calm) * 1000:.1f} ms, alone {_p99(alone) * 1000:.1f} ms"
    )
    with capsys.disabled():
        print(f"\n{report}")  # noqa: T201 - reported, never asserted


def _callers(bed: GatewayBed, tokens: Sequence[str], rates: Sequence[float]) -> list[Caller]:
    pairs = enumerate(zip(tokens, rates, strict=True))
    return [Caller(str(number), token, bed.port, rate) for number, (token, rate) in pairs]


def _capacity(port: int, tokens: Sequence[str]) -> float:
    """Calls a second that pass when as many as can be are made."""
    end = time.monotonic() + 4.0
    counts: list[int] = []

    def hammer(number: int) -> None:
        caller = Caller("capacity", tokens[number], port, 0.0)
        with KeepAlive(port) as connection:
            while time.monotonic() < end:
                caller.call(connection)
        assert set(caller.statuses) == {200}
        counts.append(len(caller.statuses))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hammer, range(8)))
    return sum(counts) / 4.0


def _load(callers: list[Caller], seconds: float) -> list[Caller]:
    begin = time.monotonic() + 0.1
    threads = [
        threading.Thread(target=each.run, args=(begin + place / 97, begin + seconds))
        for place, each in enumerate(callers)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return callers


def _p99(callers: list[Caller]) -> float:
    took = sorted(each for caller in callers for each in caller.took)
    return took[len(took) * 99 // 100]
