"""Reports of leaks: whom they count against, and whom they keep from their work."""

from __future__ import annotations

from typing import Final

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.errors import StorageUnavailable, Throttled
from authserver.domain.leaks import FoundSecret, LeakOutcome
from authserver.services.administration import Act
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.leak_throttling import MOST
from tests.services.token_office import TokenOffice
from tests.services.world import ADMIN, World

STRANGER: Final = Act(Actor(ActorKind.ANONYMOUS, ""))


@pytest.fixture
def office() -> TokenOffice:
    return TokenOffice(World())


@pytest.mark.parametrize("value", ["hunter2", "its own"])
def test_an_operator_who_looks_through_all_that_was_found_never_waits(
    office: TokenOffice, value: str
) -> None:
    dead = office.own()
    office.power.revoke(dead.token.token_id, ADMIN)
    found = [FoundSecret(dead.value if value == "its own" else value)]
    expected = LeakOutcome.OVER if value == "its own" else LeakOutcome.UNKNOWN
    for _ in range(MOST + 5):
        assert office.leaks.report(found, ADMIN) == [expected]
    for _ in range(MOST):
        assert office.leaks.report(found, STRANGER) == [expected]
    with pytest.raises(Throttled):
        office.leaks.report(found, STRANGER)


def test_a_report_that_stops_something_counts_when_a_part_of_it_stops_nothing(
    office: TokenOffice,
) -> None:
    dead = FoundSecret(office.own().value)
    assert office.leaks.report([dead], STRANGER) == [LeakOutcome.REVOKED]
    for _ in range(MOST - 1):
        office.leaks.report([dead], STRANGER)
    # What stops all that is in it does not count.
    first = [FoundSecret(office.own().value)]
    assert office.leaks.report(first, STRANGER) == [LeakOutcome.REVOKED]
    mixed = [FoundSecret(office.own().value), dead]
    assert office.leaks.report(mixed, STRANGER) == [LeakOutcome.REVOKED, LeakOutcome.OVER]
    with pytest.raises(Throttled):
        office.leaks.report([dead], STRANGER)


def test_strangers_who_report_take_no_place_of_those_who_revoke(office: TokenOffice) -> None:
    first, second = office.own(), office.own()
    found = [FoundSecret(first.value)]
    with office.places_of_strangers.passing():
        with pytest.raises(StorageUnavailable):
            office.leaks.report(found, STRANGER)
        office.power.revoke(second.token.token_id, ADMIN)
        assert office.leaks.report(found, ADMIN) == [LeakOutcome.REVOKED]


def test_strangers_are_heard_while_as_many_revoke_as_may(office: TokenOffice) -> None:
    found = [FoundSecret(office.own().value)]
    barrier = CommitBarrier(office.world.clock)
    office.world.administration._barrier = barrier
    with barrier.passing():
        with pytest.raises(StorageUnavailable):
            office.leaks.report(found, ADMIN)
        assert office.leaks.report(found, STRANGER) == [LeakOutcome.REVOKED]
