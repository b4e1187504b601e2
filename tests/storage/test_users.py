"""Local users."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import AlreadyExists
from authserver.domain.users import UserStatus
from tests.storage.examples import user

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


def test_a_user_comes_back_as_added(database: SqlDatabase) -> None:
    added = user(is_administrator=True, must_change_password=False)
    with database.writing() as stores:
        stores.users.add(added)
    with database.reading() as stores:
        assert stores.users.get_by_username("ada") == added
        assert stores.users.get_by_username("Ada") is None


@pytest.mark.parametrize("hostile", ["a\x00b", "\udfff", ""])
def test_a_hostile_name_is_nobody(database: SqlDatabase, hostile: str) -> None:
    with database.reading() as stores:
        assert stores.users.get_by_username(hostile) is None


def test_user_names_and_subjects_are_given_out_once(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.users.add(user())
        with pytest.raises(AlreadyExists, match="user 'ada'"):
            stores.users.add(user(subject="user:other"))
        with pytest.raises(AlreadyExists):
            stores.users.add(user("other", subject="user:ada"))


def test_only_enabled_administrators_count(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.users.count_administrators() == 0
        stores.users.add(user("one", is_administrator=True))
        stores.users.add(user("two", is_administrator=True, status=UserStatus.DISABLED))
        stores.users.add(user("three"))
        assert stores.users.count_administrators() == 1
