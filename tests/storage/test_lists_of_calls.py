"""Counted calls page by page, and added up, on both back-ends and in memory."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.call_counts import HOUR_SECONDS, CallSearch, hour_of
from authserver.domain.errors import InvalidField
from authserver.domain.pages import Place
from tests.doubles import EPOCH
from tests.storage.calls import call, count
from tests.storage.test_call_counts import EVENTS, SEARCHES

if TYPE_CHECKING:
    from authserver.domain.call_counts import CallKey
    from authserver.domain.ports import Database, Stores


def keys_of(stores: Stores, wanted: CallSearch, limit: int, **how: Any) -> list[CallKey]:
    """All of them, page by page."""
    found: list[CallKey] = []
    after: Place | None = None
    while True:
        page = stores.call_counts.page(wanted, **how, after=after, limit=limit)
        found += [each.key for each in page.items]
        after = page.next_place
        if after is None:
            return found


def test_pages_of_counts_follow_each_other(any_database: Database) -> None:
    count(any_database, EVENTS)
    with any_database.reading() as stores:
        for wanted, descending in product(SEARCHES, (True, False)):
            how: dict[str, Any] = {"descending": descending}
            whole = [each.key for each in stores.call_counts.page(wanted, **how).items]
            hours = [key.hour for key in whole]
            assert hours == sorted(hours, reverse=descending)
            for limit in (1, 2):
                assert keys_of(stores, wanted, limit, **how) == whole, wanted
        with pytest.raises(InvalidField, match="cursor"):
            stores.call_counts.page(CallSearch(), after=Place(("a",)))
        with pytest.raises(InvalidField, match="cursor"):
            stores.call_counts.page(CallSearch(outcome="refused"), after=Place(("a",)))


def test_calls_of_a_kind_are_found_however_many_hours_lie_between(any_database: Database) -> None:
    """Pages that begin within an hour, too, and hours with many callers of other kinds."""
    hours = [EPOCH - HOUR_SECONDS * number for number in (0, 1, 30, 500)]
    rare = [call(way="basic", client_id=f"c{n}", at=at) for at in hours for n in range(3)]
    common = [call(client_id=f"c{n}", at=EPOCH - HOUR_SECONDS * n) for n in range(40)]
    count(any_database, [*rare, *common])
    with any_database.reading() as stores:
        for wanted in (
            CallSearch(ways=frozenset({"basic", "oauth1"}), outcome="success"),
            CallSearch(ways=frozenset({"basic"}), until=EPOCH + 1),
        ):
            found = keys_of(stores, wanted, 2)
            assert [key.hour for key in found] == [hour_of(at) for at in hours for _ in range(3)]
            assert {key.way for key in found} == {"basic"}
            assert len(set(found)) == 12


def test_a_total_says_when_not_everything_was_looked_at(any_database: Database) -> None:
    count(any_database, EVENTS)
    with any_database.reading() as stores:
        for wanted, counts in (
            (CallSearch(), 5),
            (CallSearch(client_id="robot"), 3),
            (CallSearch(ways=frozenset({"access-token", "basic"})), 3),
        ):
            whole = stores.call_counts.total(wanted)
            assert whole.is_whole
            for at_most in range(1, counts):
                part = stores.call_counts.total(wanted, at_most=at_most)
                assert not part.is_whole
                # There are more than that, also when all but one were added up.
                assert at_most <= part.calls < whole.calls
            assert stores.call_counts.total(wanted, at_most=10) == whole
