"""Local users."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.errors import AlreadyExists, NotFound, StorageUnavailable
from authserver.domain.roles import Role
from authserver.domain.users import PersonalData, UserStatus
from tests.storage.examples import NOW, user
from tests.storage.people_examples import HOSTILE
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

DATA: Final = PersonalData(
    name="Ada Lovelace ☃",
    given_name="Ada",
    family_name="Lovelace",
    email="Ada@example.org",
    email_verified=True,
    locale="en-GB",
    zoneinfo="Europe/London",
)


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


def test_a_user_is_found_by_every_handle_with_all_its_data(database: SqlDatabase) -> None:
    added = user(data=DATA, updated_at=NOW + 5)
    with database.writing() as stores:
        stores.users.add(added)
        stores.users.add(user("bob", data=replace(DATA, email="bob@example.org")))
    with database.reading() as stores:
        assert stores.users.get("user:ada") == added
        assert stores.users.get_by_username("ada") == added
        assert stores.users.get_by_email("Ada@Example.org") == added


@pytest.mark.parametrize("address", ["ADA@EXAMPLE.ORG", "ada@example.org", "ａda@example.org"])  # noqa: RUF001 - a wide letter
def test_an_address_counts_in_any_case_and_width(database: SqlDatabase, address: str) -> None:
    with database.writing() as stores:
        stores.users.add(user(data=replace(DATA, email=address)))
        assert stores.users.get_by_email("aDa@example.org") is not None
        assert stores.users.get_by_email(address) is not None


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_handle_is_nobody(database: SqlDatabase, hostile: str) -> None:
    with database.writing() as stores:
        # Two who have no address have none in common.
        stores.users.add(user())
        assert stores.users.get(hostile) is None
        assert stores.users.get_by_email(hostile) is None


def test_an_address_that_two_have_is_nobodys(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.users.add(user(data=DATA))
        stores.users.add(user("bob", data=DATA, status=UserStatus.DISABLED))
        assert stores.users.get_by_email(DATA.email) is None
        stores.users.save(user("bob", data=DATA, status=UserStatus.DELETED))
        assert stores.users.get_by_email(DATA.email) == user(data=DATA)


def test_users_are_listed_by_name_but_deleted_ones(database: SqlDatabase) -> None:
    listed = [user("Zoe"), user("ada", status=UserStatus.DISABLED), user("bob")]
    with database.writing() as stores:
        for each in (*reversed(listed), user("gone", status=UserStatus.DELETED)):
            stores.users.add(each)
        assert stores.users.list() == listed


def test_saving_replaces_everything_but_subject_and_creation(database: SqlDatabase) -> None:
    changed = user(
        "countess",
        subject="user:ada",
        is_administrator=True,
        status=UserStatus.DISABLED,
        password_hash=b"$2b$12$other",
        must_change_password=False,
        created_at=NOW + 9,
        data=DATA,
        updated_at=NOW + 9,
        roles=frozenset({Role.HELP_DESK, Role.AUDITOR}),
    )
    with database.writing() as stores:
        stores.users.add(user())
        stores.users.add(user("bob"))
        stores.users.save(changed)
        assert stores.users.get("user:ada") == replace(changed, created_at=NOW)
        assert stores.users.get("user:bob") == user("bob")


def test_saving_an_unknown_user_or_a_taken_name_is_refused(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.users.add(user())
        stores.users.add(user("bob"))
        with pytest.raises(NotFound, match="no user named 'eve'"):
            stores.users.save(user("eve"))
        with pytest.raises(AlreadyExists, match="user 'ada'"):
            stores.users.save(user("ada", subject="user:bob"))
        # The refusal undoes nothing else in the transaction.
        stores.users.save(user("bobby", subject="user:bob"))
    with database.reading() as stores:
        assert [each.username for each in stores.users.list()] == ["ada", "bobby"]


@pytest.mark.rule("OI-04")
def test_a_deleted_users_name_is_free_again_and_its_subject_never(database: SqlDatabase) -> None:
    gone = user(data=DATA, status=UserStatus.DELETED)
    again = user(subject="user:ada-2", data=DATA)
    with database.writing() as stores:
        stores.users.add(user(data=DATA))
        stores.users.save(gone)
        assert stores.users.get_by_username("ada") is None
        assert stores.users.get_by_email(DATA.email) is None
        with pytest.raises(AlreadyExists):
            stores.users.add(user("other", subject="user:ada"))
        stores.users.add(again)
        stores.users.save(replace(again, status=UserStatus.DELETED))
        stores.users.add(user(subject="user:ada-3"))
    with database.reading() as stores:
        assert stores.users.get("user:ada") == gone
        assert stores.users.get("user:ada-2") == replace(again, status=UserStatus.DELETED)
        assert stores.users.get_by_username("ada") == user(subject="user:ada-3")
        assert stores.users.get_by_username("deleted user:ada") is None


def test_administrators_who_stop_each_other_leave_one(database: SqlDatabase) -> None:
    names = ["one", "two"]
    with database.writing() as stores:
        for name in names:
            stores.users.add(user(name, is_administrator=True))

    def stop(number: int) -> None:
        try:
            with database.writing() as stores:
                found = stores.users.get(f"user:{names[number]}")
                assert found is not None
                if stores.users.count_administrators() > 1:
                    stores.users.save(replace(found, status=UserStatus.DISABLED))
        except StorageUnavailable:
            # PostgreSQL refused one of two who waited for each other.
            assert database.engine.dialect.name == "postgresql"

    race(2, stop)
    with database.reading() as stores:
        assert stores.users.count_administrators() == 1


def test_an_address_of_a_provider_disturbs_no_local_sign_in(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.users.add(user(data=DATA))
        stores.users.add(user("ada.okta", password_hash=b"", data=DATA))
        assert stores.users.get_by_email(DATA.email) == user(data=DATA)
        stores.users.save(user(data=DATA, password_hash=b""))
        assert stores.users.get_by_email(DATA.email) is None


def test_an_administrator_counts_who_gets_in_without_a_provider(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.users.add(user("ada", is_administrator=True, password_hash=b""))
        assert stores.users.count_administrators() == 0
        stores.users.add(user("bob", is_administrator=True))
        assert stores.users.count_administrators() == 1
