"""A lease has one holder at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.storage.examples import NOW
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


def test_a_lease_is_held_until_it_ends(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.leases.acquire("sweep", "one", NOW, 30)
        assert not stores.leases.acquire("sweep", "two", NOW + 29.999, 30)
        assert stores.leases.acquire("sweep", "two", NOW + 30, 30)
        assert not stores.leases.acquire("sweep", "one", NOW + 31, 30)


def test_its_holder_renews_it(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.leases.acquire("sweep", "one", NOW, 30)
        assert stores.leases.acquire("sweep", "one", NOW + 20, 30)
        assert not stores.leases.acquire("sweep", "two", NOW + 40, 30)


def test_leases_of_other_names_are_other_leases(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.leases.acquire("sweep", "one", NOW, 30)
        assert stores.leases.acquire("seal", "two", NOW, 30)


def test_only_the_holder_gives_a_lease_back(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.leases.acquire("sweep", "one", NOW, 30)
        stores.leases.release("sweep", "two")
        assert not stores.leases.acquire("sweep", "two", NOW + 1, 30)
        stores.leases.release("sweep", "one")
        assert stores.leases.acquire("sweep", "two", NOW + 1, 30)


def test_one_of_many_gets_a_free_lease_and_one_an_ended_one(database: SqlDatabase) -> None:
    for now in (NOW, NOW + 30):

        def acquire(number: int, now: float = now) -> bool:
            with database.writing() as stores:
                return stores.leases.acquire("sweep", f"{now}-{number}", now, 30)

        assert race(8, acquire).count(True) == 1
