"""Tickets for picking up tokens: good once, until their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.storage.sweeping import HISTORY_SECONDS, Sweeper
from tests.doubles import FakeClock
from tests.storage.examples import NOW
from tests.storage.mail_examples import DAY, ticket
from tests.storage.people_examples import asked, digest
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.ports import Database
    from authserver.domain.token_pick_ups import TokenPickUp
    from authserver.storage.database import SqlDatabase


def add(database: Database, *tickets: TokenPickUp) -> None:
    with database.writing() as stores:
        for each in tickets:
            stores.pick_ups.add(each)


def test_a_ticket_is_found_by_its_digest_whatever_became_of_it(any_database: Database) -> None:
    used = ticket("used", used_at=NOW + 1)
    over = ticket("over", expires_at=NOW - 1)
    add(any_database, ticket(), used, over)
    with any_database.reading() as stores:
        assert stores.pick_ups.find(asked("ticket-1")) == ticket()
        assert stores.pick_ups.find(asked("used")) == used
        assert stores.pick_ups.find(asked("over")) == over


@pytest.mark.parametrize("digests", [[], asked("x"), asked("ticket-1", "p2"), [("", b"")]])
def test_a_digest_counts_only_under_its_own_pepper(
    any_database: Database, digests: list[tuple[str, bytes]]
) -> None:
    add(any_database, ticket())
    with any_database.reading() as stores:
        assert stores.pick_ups.find([("p0", digest("ticket-1")), *digests]) is None


def test_a_ticket_is_spent_once(any_database: Database) -> None:
    add(any_database, ticket(), ticket("other"))
    with any_database.writing() as stores:
        assert stores.pick_ups.spend(ticket(), NOW + 5)
        assert not stores.pick_ups.spend(ticket(), NOW + 6)
        assert stores.pick_ups.find(asked("ticket-1")) == ticket(used_at=NOW + 5)
        assert stores.pick_ups.find(asked("other")) == ticket("other")


def test_an_expired_ticket_is_not_spent(any_database: Database) -> None:
    add(any_database, ticket())
    with any_database.writing() as stores:
        assert not stores.pick_ups.spend(ticket(), NOW + DAY)
        assert not stores.pick_ups.spend(ticket("unknown"), NOW)
        assert stores.pick_ups.find(asked("ticket-1")) == ticket()


def test_the_unused_tickets_of_a_token_end_together(any_database: Database) -> None:
    others = ticket("others", token_id="token-2")
    used = ticket("used", used_at=NOW)
    over = ticket("over", expires_at=NOW - 9)
    add(any_database, ticket(), ticket("second"), others, used, over)
    with any_database.writing() as stores:
        assert stores.pick_ups.end("token-1", NOW + 1) == 2
        assert stores.pick_ups.end("token-1", NOW + 1) == 0
        assert not stores.pick_ups.spend(ticket(), NOW + 1)
        assert not stores.pick_ups.spend(ticket("second"), NOW + 1)
        kept = [stores.pick_ups.find(asked(each)) for each in ("others", "used", "over")]
    assert kept == [others, used, over]


def test_of_many_that_spend_a_ticket_one_does(database: SqlDatabase) -> None:
    add(database, ticket())

    def spend(_: int) -> bool:
        with database.writing() as stores:
            return stores.pick_ups.spend(ticket(), NOW)

    assert sum(race(4, spend)) == 1


def test_old_tickets_go(database: SqlDatabase) -> None:
    over = NOW - HISTORY_SECONDS
    add(database, ticket("old", expires_at=over), ticket("new", expires_at=over + 1))
    assert Sweeper(database, FakeClock(NOW)).sweep()["token_pick_ups"] == 1
    with database.reading() as stores:
        assert stores.pick_ups.find(asked("old")) is None
        assert stores.pick_ups.find(asked("new")) is not None
