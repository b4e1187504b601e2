"""Refresh tokens: one successor each, one leaf for each family."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE, asked, digest, grant, refresh_token
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


@pytest.fixture
def database(database: SqlDatabase) -> SqlDatabase:
    with database.writing() as stores:
        stores.grants.add(grant())
        stores.grants.add_refresh_token(refresh_token())
        stores.grants.add_refresh_token(refresh_token("another", grant_id="grant-2"))
    return database


def goes_at(database: SqlDatabase, name: str = "refresh") -> float:
    """When the row may be swept."""
    with database.connection_for_reading() as connection:
        found: float = connection.execute(
            text("SELECT expires_at FROM refresh_tokens WHERE digest = :digest"),
            {"digest": digest(name)},
        ).scalar_one()
    return found


@pytest.mark.parametrize(
    "changes",
    [{}, {"superseded_at": NOW + 1, "sealed_successor": b"\x00sealed\xff", "grace_uses": 7}],
)
def test_a_token_comes_back_as_it_was_added(
    database: SqlDatabase, changes: dict[str, object]
) -> None:
    added = refresh_token("second", generation=2, **changes)
    with database.writing() as stores:
        stores.grants.add_refresh_token(added)
        assert stores.grants.find_refresh_token(asked("second")) == added


@pytest.mark.parametrize("digests", [[], asked("other"), asked("refresh", "p2"), [("", b"")]])
def test_a_digest_counts_only_under_its_own_pepper(
    database: SqlDatabase, digests: list[tuple[str, bytes]]
) -> None:
    with database.reading() as stores:
        assert stores.grants.find_refresh_token(digests) is None


def test_a_token_is_superseded_once(database: SqlDatabase) -> None:
    with database.writing() as stores:
        grants = stores.grants
        assert grants.supersede(refresh_token(), at=NOW + 1, sealed_successor=b"first")
        assert not grants.supersede(refresh_token(), at=NOW + 2, sealed_successor=b"second")
        assert not grants.supersede(
            refresh_token("unknown", generation=9), at=NOW, sealed_successor=b""
        )
        assert grants.find_refresh_token(asked("refresh")) == replace(
            refresh_token(), superseded_at=NOW + 1, sealed_successor=b"first"
        )
        assert grants.find_refresh_token(asked("another")) == refresh_token(
            "another", grant_id="grant-2"
        )


def test_of_many_at_once_one_supersedes_a_token(database: SqlDatabase) -> None:
    def refresh(number: int) -> bool:
        with database.writing() as stores:
            superseded = stores.grants.supersede(
                refresh_token(), at=NOW, sealed_successor=bytes([number])
            )
            if superseded:
                stores.grants.add_refresh_token(refresh_token(f"leaf {number}", generation=2))
            return superseded

    results = race(10, refresh)
    assert results.count(True) == 1
    winner = results.index(True)
    with database.reading() as stores:
        assert stores.grants.leaf("grant-1") == refresh_token(f"leaf {winner}", generation=2)
        first = stores.grants.find_refresh_token(asked("refresh"))
    assert first is not None
    assert first.sealed_successor == bytes([winner])


def test_who_finds_a_token_to_use_it_has_it_alone(database: SqlDatabase) -> None:
    def refresh(number: int) -> bool:
        with database.writing() as stores:
            found = stores.grants.find_refresh_token(asked("refresh"))
            assert found is not None
            if found.superseded_at is not None:
                return False
            # Nobody came between: no need to look at the answer.
            assert stores.grants.supersede(found, at=NOW, sealed_successor=bytes([number]))
            return True

    assert race(8, refresh).count(True) == 1


def test_a_family_never_has_two_members_of_one_generation(database: SqlDatabase) -> None:
    def add() -> None:
        with database.writing() as stores:
            stores.grants.add_refresh_token(refresh_token("twin"))

    with pytest.raises(IntegrityError):
        add()


def test_grace_uses_are_counted(database: SqlDatabase) -> None:
    def count(_: int) -> int:
        with database.writing() as stores:
            return stores.grants.count_grace_use(refresh_token())

    assert sorted(race(6, count)) == [1, 2, 3, 4, 5, 6]
    with database.reading() as stores:
        other = stores.grants.find_refresh_token(asked("another"))
    assert other is not None
    assert other.grace_uses == 0


def test_the_leaf_is_the_member_that_was_not_superseded(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.grants.leaf("grant-1") == refresh_token()
        stores.grants.supersede(refresh_token(), at=NOW, sealed_successor=b"s")
        assert stores.grants.leaf("grant-1") is None
        stores.grants.add_refresh_token(refresh_token("second", generation=2))
        assert stores.grants.leaf("grant-1") == refresh_token("second", generation=2)
        for hostile in (*HOSTILE, "unknown"):
            assert stores.grants.leaf(hostile) is None


def test_a_superseded_token_stays_until_its_grant_is_over(database: SqlDatabase) -> None:
    assert goes_at(database) == refresh_token().expires_at
    another = refresh_token("another", grant_id="grant-2")
    with database.writing() as stores:
        stores.grants.supersede(refresh_token(), at=NOW, sealed_successor=b"s")
        # Nobody knows its grant.
        stores.grants.supersede(another, at=NOW, sealed_successor=b"s")
    assert goes_at(database) == grant().expires_at
    assert goes_at(database, "another") == another.expires_at


def test_no_secret_stands_in_a_representation() -> None:
    shown = repr(refresh_token(sealed_successor=b"the-successor"))
    assert "the-successor" not in shown
    assert repr(digest("refresh")) not in shown
