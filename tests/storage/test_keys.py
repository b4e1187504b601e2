"""Signing keys and their one-way life."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.errors import AlreadyExists
from authserver.domain.keys import KeyState, SigningAlgorithm
from tests.storage.examples import NOW, key
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.keys import SigningKey
    from authserver.storage.database import SqlDatabase


def only(database: SqlDatabase) -> SigningKey:
    with database.reading() as stores:
        (found,) = stores.keys.list()
    return found


def test_keys_come_back_as_added_oldest_first(database: SqlDatabase) -> None:
    younger = key("a", created_at=NOW + 1, algorithm=SigningAlgorithm.RS256)
    older = key("b", state=KeyState.GONE, sealed_private=b"", ended_at=NOW + 0.5)
    with database.writing() as stores:
        stores.keys.add(younger)
        stores.keys.add(older)
    with database.reading() as stores:
        assert stores.keys.list() == [older, younger]


def test_a_key_id_is_given_out_once(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.keys.add(key())
        with pytest.raises(AlreadyExists, match="key 'key-1'"):
            stores.keys.add(key(sealed_private=b"other"))


def test_a_key_goes_through_its_life(database: SqlDatabase) -> None:
    expected = key()
    with database.writing() as stores:
        stores.keys.add(expected)
    for before, after, column in (
        (KeyState.NEXT, KeyState.ACTIVE, "activated_at"),
        (KeyState.ACTIVE, KeyState.RETIRING, "retired_at"),
        (KeyState.RETIRING, KeyState.GONE, "ended_at"),
    ):
        at = NOW + len(column)
        with database.writing() as stores:
            assert stores.keys.move("key-1", expected=before, to=after, at=at)
        reached: dict[str, Any] = {column: at}
        expected = replace(expected, state=after, **reached)
        if after is KeyState.GONE:
            expected = replace(expected, sealed_private=b"")
        assert only(database) == expected


@pytest.mark.parametrize("end", [KeyState.GONE, KeyState.REVOKED])
def test_a_key_that_ends_loses_its_private_part(database: SqlDatabase, end: KeyState) -> None:
    with database.writing() as stores:
        stores.keys.add(key(state=KeyState.ACTIVE))
        assert stores.keys.move("key-1", expected=KeyState.ACTIVE, to=end, at=NOW)
    ended = only(database)
    assert (ended.state, ended.sealed_private, ended.ended_at) == (end, b"", NOW)


def test_a_key_moves_only_from_where_it_stands(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.keys.add(key())
        assert not stores.keys.move("key-1", expected=KeyState.ACTIVE, to=KeyState.RETIRING, at=NOW)
        assert not stores.keys.move("other", expected=KeyState.NEXT, to=KeyState.ACTIVE, at=NOW)
    assert only(database) == key()


def test_no_key_becomes_new_again(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.keys.add(key(state=KeyState.ACTIVE))
        with pytest.raises(ValueError, match="next"):
            stores.keys.move("key-1", expected=KeyState.ACTIVE, to=KeyState.NEXT, at=NOW)


def test_one_of_many_moves_a_key(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.keys.add(key())

    def move(number: int) -> bool:
        with database.writing() as stores:
            return stores.keys.move(
                "key-1", expected=KeyState.NEXT, to=KeyState.ACTIVE, at=NOW + number
            )

    won = race(8, move)
    assert won.count(True) == 1
    assert only(database).activated_at == NOW + won.index(True)


def test_a_private_part_is_stored_in_another_seal(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.keys.add(key())
        before = key().sealed_private
        assert stores.keys.replace_sealed("key-1", before=before, after=b"new seal")
        assert not stores.keys.replace_sealed("key-1", before=before, after=b"newer seal")
        assert not stores.keys.replace_sealed("key-2", before=b"new seal", after=b"newer seal")
    assert only(database) == replace(key(), sealed_private=b"new seal")


def test_a_key_that_has_ended_does_not_get_its_private_part_back(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.keys.add(key(state=KeyState.ACTIVE))
        stores.keys.move("key-1", expected=KeyState.ACTIVE, to=KeyState.REVOKED, at=NOW)
        before = key().sealed_private
        assert not stores.keys.replace_sealed("key-1", before=before, after=b"new seal")
    assert only(database).sealed_private == b""
