"""Calls counted in memory: out of what is on record, each time anew."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from authserver.domain.call_counts import COUNTED, CallCount, CallKey, CallSum, CallTotal, key_of
from tests.memory_pages import page_of
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.call_counts import CallField, CallSearch
    from authserver.domain.pages import Page, Place


class MemoryCallCounts(MemoryStore):
    def total(self, wanted: CallSearch, *, at_most: int | None = None) -> CallTotal:
        self._told("total")
        counts = list(self._counts(wanted).values())
        if at_most is None or len(counts) <= at_most:
            return CallTotal(sum(counts))
        return CallTotal(sum(counts[:at_most]), is_whole=False)

    def sums(
        self, wanted: CallSearch, by: Sequence[CallField], *, limit: int | None = None
    ) -> Sequence[CallSum]:
        self._told("sums")
        sums: Counter[tuple[str | float, ...]] = Counter()
        for key, calls in self._counts(wanted).items():
            sums[tuple(getattr(key, each) for each in by)] += calls
        found = sorted(sums.items(), key=lambda each: (-each[1], each[0]))
        return [CallSum(*each) for each in found[:limit]]

    def page(
        self,
        wanted: CallSearch,
        *,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[CallCount]:
        self._told("page")
        found = [CallCount(*each) for each in self._counts(wanted).items()]
        return page_of(
            found,
            lambda each: (each.key.hour, "/".join(each.key[1:])),
            descending=descending,
            after=after,
            limit=limit,
        )

    def prune(self, before: float, limit: int) -> int:
        self._told("prune", changes=True)
        assert limit > 0
        return 0 * int(before)

    def _counts(self, wanted: CallSearch) -> Counter[CallKey]:
        keys = (
            key_of(
                at=event.at,
                outcome=event.outcome,
                resource=event.resource,
                reason=event.reason,
                client_id=event.client_id,
                details=event.details,
            )
            for event in self._state.audit
            if event.action.startswith(COUNTED)
        )
        return Counter(key for key in keys if is_wanted(key, wanted))


def is_wanted(key: CallKey, wanted: CallSearch) -> bool:
    """What `CallSearch` says."""
    names = ("resource", "outcome", "reason", "client_id", "subject")
    return (
        all(getattr(wanted, name) in (None, getattr(key, name)) for name in names)
        and (wanted.ways is None or key.way in wanted.ways)
        and (wanted.since is None or key.hour >= wanted.since)
        and (wanted.until is None or key.hour < wanted.until)
    )
