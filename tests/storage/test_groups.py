"""Local groups and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import AlreadyExists, NotFound
from tests.storage.people_examples import HOSTILE, group
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


def test_a_group_comes_back_as_it_was_added(database: SqlDatabase) -> None:
    added = group("staff", "user:ada", "user:bob")
    with database.writing() as stores:
        stores.groups.add(added)
        stores.groups.add(group("empty"))
        assert stores.groups.get("staff") == added
    with database.reading() as stores:
        assert stores.groups.get("empty") == group("empty")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_is_no_group_and_nobody(database: SqlDatabase, hostile: str) -> None:
    with database.writing() as stores:
        stores.groups.add(group("staff", "user:ada"))
        assert stores.groups.get(hostile) is None
        assert stores.groups.of(hostile) == []
        assert not stores.groups.leave(hostile, "user:ada")
        assert not stores.groups.leave("staff", hostile)


def test_a_name_is_taken_until_its_group_is_removed(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.groups.add(group("staff", "user:ada"))
        with pytest.raises(AlreadyExists, match="group 'staff'"):
            stores.groups.add(group())
        stores.groups.remove("staff")
        assert stores.groups.of("user:ada") == []
        with pytest.raises(NotFound):
            stores.groups.remove("staff")
        stores.groups.add(group())
        assert stores.groups.get("staff") == group()


def test_groups_are_listed_by_name_with_their_members(database: SqlDatabase) -> None:
    listed = [group("Zeta", "user:ada"), group("alpha"), group("beta", "user:ada", "user:bob")]
    with database.writing() as stores:
        for each in reversed(listed):
            stores.groups.add(each)
        assert stores.groups.list() == listed
        assert stores.groups.of("user:ada") == ["Zeta", "beta"]
        assert stores.groups.of("user:nobody") == []


def test_who_joins_or_leaves_is_told_whether_that_changed_anything(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.groups.add(group())
        stores.groups.add(group("others", "user:ada"))
        assert stores.groups.join("staff", "user:ada")
        assert not stores.groups.join("staff", "user:ada")
        assert stores.groups.leave("staff", "user:ada")
        assert not stores.groups.leave("staff", "user:ada")
        assert stores.groups.of("user:ada") == ["others"]


def test_nobody_joins_a_group_that_is_not_there(database: SqlDatabase) -> None:
    with database.writing() as stores, pytest.raises(NotFound, match="no group named 'staff'"):
        stores.groups.join("staff", "user:ada")


def test_whoever_joins_while_a_group_is_removed_joins_nothing(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.groups.add(group())

    def act(number: int) -> str:
        with database.writing() as stores:
            try:
                if number % 2:
                    stores.groups.join("staff", f"user:{number}")
                else:
                    stores.groups.remove("staff")
            except NotFound:
                return "not found"
            return "joined" if number % 2 else "removed"

    assert race(8, act).count("removed") == 1
    with database.reading() as stores:
        assert stores.groups.list() == []
        assert [stores.groups.of(f"user:{number}") for number in range(8)] == [[]] * 8
