"""Client assertions are spent once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import Conflict
from tests.storage.examples import NOW
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


def test_an_assertion_is_spent_once(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.assertions.spend("c1", "j1", NOW + 60)
        assert not stores.assertions.spend("c1", "j1", NOW + 60)
    with database.writing() as stores:
        assert not stores.assertions.spend("c1", "j1", NOW + 90)


def test_two_clients_may_choose_the_same_id(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.assertions.spend("c1", "j1", NOW)
        assert stores.assertions.spend("c2", "j1", NOW)
        assert stores.assertions.spend("c1", "J1", NOW)


@pytest.mark.parametrize("hostile", ["", "\x00", "\ud800", "x" * 1_000_000])
def test_any_id_is_spent_once(database: SqlDatabase, hostile: str) -> None:
    with database.writing() as stores:
        assert stores.assertions.spend("c1", hostile, NOW)
        assert not stores.assertions.spend("c1", hostile, NOW)


def test_what_was_rolled_back_was_not_spent(database: SqlDatabase) -> None:
    def spend_and_fail() -> None:
        with database.writing() as stores:
            stores.assertions.spend("c1", "j1", NOW)
            raise Conflict("no")

    with pytest.raises(Conflict):
        spend_and_fail()
    with database.writing() as stores:
        assert stores.assertions.spend("c1", "j1", NOW)


def test_one_of_many_spends_an_assertion(database: SqlDatabase) -> None:
    def spend(number: int) -> int:
        won = 0
        for turn in range(10):
            with database.writing() as stores:
                won += stores.assertions.spend("c1", f"j{turn}", NOW + number)
        return won

    assert sum(race(8, spend)) == 10
