"""Authorization codes: spent once, whoever comes at the same time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from authserver.domain.grants import GrantEnd, GrantFilter
from tests.storage.examples import NOW
from tests.storage.people_examples import asked, code, digest, grant
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


@pytest.fixture
def database(database: SqlDatabase) -> SqlDatabase:
    with database.writing() as stores:
        stores.grants.add(grant())
        stores.grants.add_code(code())
        stores.grants.add_code(code("another", grant_id="grant-2", code_challenge=""))
    return database


def goes_at(database: SqlDatabase, name: str = "code") -> float:
    """When the row may be swept."""
    with database.connection_for_reading() as connection:
        found: float = connection.execute(
            text("SELECT expires_at FROM authorization_codes WHERE digest = :digest"),
            {"digest": digest(name)},
        ).scalar_one()
    return found


def test_a_code_is_spent_once_and_found_afterwards(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.grants.find_code(asked("code")) == code()
        spent = stores.grants.spend_code(asked("code"), NOW + 5)
        assert spent == replace(code(), spent_at=NOW + 5)
        assert stores.grants.spend_code(asked("code"), NOW + 6) is None
        assert stores.grants.find_code(asked("code")) == spent
        assert stores.grants.find_code(asked("another")) == code(
            "another", grant_id="grant-2", code_challenge=""
        )


def test_an_expired_code_is_spent_too(database: SqlDatabase) -> None:
    with database.writing() as stores:
        spent = stores.grants.spend_code(asked("code"), NOW + 999)
    assert spent == replace(code(), spent_at=NOW + 999)


@pytest.mark.parametrize("digests", [[], asked("other"), asked("code", "p2"), [("", b"")]])
def test_a_digest_counts_only_under_its_own_pepper(
    database: SqlDatabase, digests: list[tuple[str, bytes]]
) -> None:
    with database.writing() as stores:
        assert stores.grants.find_code(digests) is None
        assert stores.grants.spend_code(digests, NOW) is None
        assert stores.grants.spend_code(asked("code"), NOW) is not None


def test_of_many_at_once_one_spends_a_code(database: SqlDatabase) -> None:
    def spend(_: int) -> bool:
        with database.writing() as stores:
            return stores.grants.spend_code(asked("code"), NOW) is not None

    for _ in range(5):
        assert race(10, spend).count(True) == 1
        with database.connection_for_writing() as connection:
            connection.execute(text("UPDATE authorization_codes SET spent_at = NULL"))


def test_what_was_spent_and_rolled_back_is_not_spent(database: SqlDatabase) -> None:
    def fail() -> None:
        with database.writing() as stores:
            assert stores.grants.spend_code(asked("code"), NOW) is not None
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.writing() as stores:
        assert stores.grants.spend_code(asked("code"), NOW) is not None


def test_a_spent_code_stays_until_its_grant_is_over(database: SqlDatabase) -> None:
    assert goes_at(database) == code().expires_at
    with database.writing() as stores:
        stores.grants.spend_code(asked("code"), NOW)
        # Nobody knows its grant.
        stores.grants.spend_code(asked("another"), NOW)
    assert goes_at(database) == grant().expires_at
    assert goes_at(database, "another") == code().expires_at


def test_a_code_spent_after_its_grant_ended_goes_with_it(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.grants.end(GrantFilter(), GrantEnd.REVOKED_BY_USER, NOW + 7)
        stores.grants.spend_code(asked("code"), NOW + 8)
    assert goes_at(database) == NOW + 7


def test_no_digest_stands_in_a_representation() -> None:
    assert repr(digest("code")) not in repr(code())
