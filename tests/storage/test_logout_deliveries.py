"""Logout deliveries: kept until they are delivered or given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.storage.examples import NOW
from tests.storage.people_examples import delivery

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


def test_a_delivery_is_due_at_its_time_and_as_it_was_added(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.logout_deliveries.add(delivery())
    with database.reading() as stores:
        assert stores.logout_deliveries.due(NOW - 0.001, 9) == []
        assert stores.logout_deliveries.due(NOW, 9) == [delivery()]


def test_the_longest_waiting_come_first_the_hopeless_too(database: SqlDatabase) -> None:
    waiting = [
        delivery("c", next_attempt_at=NOW - 5, expires_at=NOW - 1),
        delivery("a", next_attempt_at=NOW - 3),
        delivery("b", next_attempt_at=NOW - 1),
    ]
    with database.writing() as stores:
        for each in (*reversed(waiting), delivery("later", next_attempt_at=NOW + 1)):
            stores.logout_deliveries.add(each)
        assert stores.logout_deliveries.due(NOW, 9) == waiting
        assert stores.logout_deliveries.due(NOW, 2) == waiting[:2]


def test_a_failed_attempt_is_counted_and_made_again_later(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.logout_deliveries.add(delivery())
        stores.logout_deliveries.add(delivery("another", attempts=4))
        stores.logout_deliveries.retry("delivery-1", next_attempt_at=NOW + 1)
        stores.logout_deliveries.retry("delivery-1", next_attempt_at=NOW + 3)
        assert stores.logout_deliveries.due(NOW + 2, 9) == [delivery("another", attempts=4)]
        assert stores.logout_deliveries.due(NOW + 3, 9) == [
            delivery("another", attempts=4),
            delivery(attempts=2, next_attempt_at=NOW + 3),
        ]


def test_what_was_delivered_is_not_delivered_again(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.logout_deliveries.add(delivery())
        stores.logout_deliveries.add(delivery("another"))
        for _ in range(2):
            stores.logout_deliveries.remove("delivery-1")
        assert stores.logout_deliveries.due(NOW, 9) == [delivery("another")]
