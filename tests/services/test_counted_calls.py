"""Counted calls, asked for as people put it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import InvalidField
from authserver.services.counted_calls import MOST_ADDED, NOBODY, CallTerms, CountedCalls
from authserver.services.long_lists import Piece
from tests.doubles import EPOCH, FakeClock
from tests.memory_database import MemoryDatabase
from tests.storage.calls import call
from tests.storage.examples import resource, user

if TYPE_CHECKING:
    from authserver.services.counted_calls import CallsFound

HOUR = 3600.0
WHOLE = Piece(None, 50, descending=True, counts=True)
SITE = resource()
EVENTS = [
    call(1, client_id="web", subject="user:ada", resource=SITE.identifier),
    call(2, client_id="web", subject="user:ada", resource=SITE.identifier),
    call(3, client_id="web", subject="user:gone", at=EPOCH - HOUR),
    call(4, client_id="robot", subject="client:robot", at=EPOCH - 2 * HOUR),
    call(5, client_id="robot", reason="read-only: not here", at=EPOCH - 2 * HOUR),
    call(6, client_id="", way="basic", at=EPOCH - 3 * HOUR),
    call(7, client_id="", way="anonymous", at=EPOCH - 4 * HOUR),
]


@pytest.fixture
def calls() -> CountedCalls:
    """Half an hour into the hour of the newest call."""
    database = MemoryDatabase()
    with database.writing() as stores:
        stores.resources.add(SITE)
        stores.users.add(user())
    database.state.audit.extend(EVENTS)
    return CountedCalls(database, FakeClock(EPOCH + HOUR / 2))


def numbers(found: CallsFound) -> list[int]:
    return [each.count.calls for each in found.page.items]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (CallTerms(), [2, 1, 1, 1, 1, 1]),
        (CallTerms(way="legacy"), [1, 1]),
        (CallTerms(way="basic"), [1]),
        (CallTerms(way="several"), []),
        (CallTerms(resource=SITE.name), [2]),
        (CallTerms(resource=SITE.identifier), [2]),
        (CallTerms(resource="wiki"), []),
        (CallTerms(client="web"), [2, 1]),
        (CallTerms(client=NOBODY), [1, 1]),
        (CallTerms(user="ada"), [2]),
        (CallTerms(user="user:ada"), [2]),
        (CallTerms(user="user:gone"), [1]),
        (CallTerms(user=NOBODY), [1, 1, 1]),
        (CallTerms(user=NOBODY, client="robot"), [1]),
        (CallTerms(user="nobody\x00here"), []),
        (CallTerms(outcome="refused"), [1]),
        (CallTerms(reason="read-only"), [1]),
        (CallTerms(way="legacy", outcome="refused"), []),
    ],
)
def test_each_term_narrows(calls: CountedCalls, terms: CallTerms, expected: list[int]) -> None:
    found = calls.find(terms, WHOLE)
    assert numbers(found) == expected
    assert found.total == (sum(expected), True)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (CallTerms(since="1m"), [2]),
        (CallTerms(since="30m"), [2]),
        (CallTerms(since="31m"), [2, 1]),
        (CallTerms(until="30m"), [1, 1, 1, 1, 1]),
        (CallTerms(until="29m"), [2, 1, 1, 1, 1, 1]),
        (CallTerms(since="90m", until="30m"), [1]),
        (CallTerms(since="2027-01-15T06:59:00Z", until="2027-01-15T09:00:00+02:00"), [1, 1]),
    ],
)
def test_an_hour_counts_as_a_whole_when_a_part_of_it_does(
    calls: CountedCalls, terms: CallTerms, expected: list[int]
) -> None:
    assert numbers(calls.find(terms, WHOLE)) == expected


@pytest.mark.parametrize("field", ["since", "until", "way", "outcome"])
def test_a_term_that_cannot_be_read_is_named(calls: CountedCalls, field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        calls.find(replace(CallTerms(), **{field: "whenever"}), WHOLE)
    assert refused.value.field == field
    assert "whenever" not in str(refused.value)


def test_users_and_sites_are_named_where_they_are_known(calls: CountedCalls) -> None:
    found = calls.find(CallTerms(client="web"), WHOLE).page.items
    assert [(each.username, each.site) for each in found] == [("ada", SITE.name), ("", "")]


def test_pages_follow_each_other_both_ways(calls: CountedCalls) -> None:
    whole = [each.count.key for each in calls.find(CallTerms(), WHOLE).page.items]
    for descending in (True, False):
        piece, keys = Piece(None, 4, descending=descending), []
        first = calls.find(CallTerms(), piece)
        assert first.total == (sum(numbers(first)), False)
        rest = calls.find(CallTerms(), replace(piece, after=first.page.next_place))
        assert rest.page.next_place is None
        keys = [each.count.key for part in (first, rest) for each in part.page.items]
        assert keys == (whole if descending else whole[::-1])


def test_of_very_many_counts_it_is_said_that_there_are_more() -> None:
    database = MemoryDatabase()
    database.state.audit.extend(
        call(number, subject=f"user:{number}", at=EPOCH - HOUR * number)
        for number in range(MOST_ADDED + 1)
    )
    found = CountedCalls(database, FakeClock(EPOCH)).find(CallTerms(), WHOLE)
    assert found.total == (MOST_ADDED, False)
