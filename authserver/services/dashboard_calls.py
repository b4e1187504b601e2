"""Calls, out of their counts: refused ones by reason, who calls most, how much is legacy."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Outcome
from authserver.domain.call_counts import HOUR_SECONDS, LEGACY, CallField, CallSearch, hour_of
from authserver.domain.dashboard import Figure, LegacyDay, Refusals, Talker

if TYPE_CHECKING:
    from authserver.domain.ports import Stores

DAY_SECONDS: Final = 86_400.0
CALL_HOURS: Final = 24
LEGACY_DAYS: Final = 30
_PASSED: Final = Outcome.SUCCESS.value
_REFUSED: Final = Outcome.REFUSED.value


def calls_since(now: float) -> float:
    """Where the hours begin that refusals and talkers are of: the last of them is not over."""
    return hour_of(now) - (CALL_HOURS - 1) * HOUR_SECONDS


def refusals(stores: Stores, now: float) -> tuple[Refusals, ...]:
    """By reason, most first."""
    since, until = calls_since(now), hour_of(now) + HOUR_SECONDS
    wanted = CallSearch(since, until, outcome=_REFUSED)
    return tuple(
        Refusals(
            str(reason),
            Figure(calls, CallSearch(since, until, outcome=_REFUSED, reason=str(reason))),
        )
        for (reason,), calls in stores.call_counts.sums(wanted, [CallField.REASON])
    )


def talkers(stores: Stores, now: float, limit: int) -> tuple[Talker, ...]:
    """Whoever called most, most first; whoever proved nothing is nobody."""
    since, until = calls_since(now), hour_of(now) + HOUR_SECONDS
    by = [CallField.CLIENT, CallField.SUBJECT]
    # One more: those that proved nothing are one of them at the most.
    found = stores.call_counts.sums(CallSearch(since, until), by, limit=limit + 1)
    known = [
        Talker(
            str(client_id),
            str(subject),
            Figure(calls, CallSearch(since, until, client_id=str(client_id), subject=str(subject))),
        )
        for (client_id, subject), calls in found
        if client_id or subject
    ]
    return tuple(known[:limit])


def legacy_days(stores: Stores, now: float) -> tuple[LegacyDay, ...]:
    """The last days, today too; one question for all of them."""
    today = math.floor(now / DAY_SECONDS) * DAY_SECONDS
    first = today - (LEGACY_DAYS - 1) * DAY_SECONDS
    wanted = CallSearch(first, today + DAY_SECONDS, outcome=_PASSED)
    legacy: Counter[float] = Counter()
    passed: Counter[float] = Counter()
    for (hour, way), calls in stores.call_counts.sums(wanted, [CallField.HOUR, CallField.WAY]):
        day = math.floor(float(hour) / DAY_SECONDS) * DAY_SECONDS
        passed[day] += calls
        if way in LEGACY:
            legacy[day] += calls
    days = (first + number * DAY_SECONDS for number in range(LEGACY_DAYS))
    return tuple(
        LegacyDay(
            day,
            Figure(legacy[day], CallSearch(day, day + DAY_SECONDS, ways=LEGACY, outcome=_PASSED)),
            Figure(passed[day], CallSearch(day, day + DAY_SECONDS, outcome=_PASSED)),
        )
        for day in days
    )
