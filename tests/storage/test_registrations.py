"""Dynamic registration: quotas hold, tokens rotate, unused clients are found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.registrations import RegistrationTemplate
from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE, asked, digest, initial_token, registration
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.registrations import Registration
    from authserver.storage.database import SqlDatabase

BARE = RegistrationTemplate(frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize("changes", [{}, {"template": BARE, "used": 2, "revoked_at": NOW}])
def test_an_initial_token_comes_back_as_it_was_added(
    database: SqlDatabase, changes: dict[str, Any]
) -> None:
    added = initial_token(**changes)
    with database.writing() as stores:
        stores.registrations.add_initial(added)
        stores.registrations.add_initial(initial_token("token-2"))
        assert stores.registrations.find_initial(asked("token-1")) == added


@pytest.mark.parametrize("digests", [[], asked("x"), asked("token-1", "p2"), [("", b"")]])
def test_a_digest_counts_only_under_its_own_pepper(
    database: SqlDatabase, digests: list[tuple[str, bytes]]
) -> None:
    with database.writing() as stores:
        stores.registrations.add_initial(initial_token())
        assert stores.registrations.find_initial(digests) is None


def test_initial_tokens_are_listed_newest_first(database: SqlDatabase) -> None:
    listed = [
        initial_token("new", created_at=NOW + 9),
        initial_token("a", revoked_at=NOW),
        initial_token("b", expires_at=NOW - 1),
    ]
    with database.writing() as stores:
        for each in reversed(listed):
            stores.registrations.add_initial(each)
        assert stores.registrations.list_initial() == listed


def test_an_initial_token_is_good_for_its_quota_and_no_more(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.registrations.add_initial(initial_token(quota=2))
        uses = [stores.registrations.use_initial("token-1", NOW) for _ in range(4)]
        assert uses == [True, True, False, False]
        assert stores.registrations.find_initial(asked("token-1")) == initial_token(quota=2, used=2)


@pytest.mark.parametrize(
    ("changes", "token_id"),
    [({"expires_at": NOW}, "token-1"), ({"revoked_at": NOW - 5}, "token-1"), ({}, "unknown")],
)
def test_a_dead_initial_token_registers_nobody(
    database: SqlDatabase, changes: dict[str, Any], token_id: str
) -> None:
    added = initial_token(**changes)
    with database.writing() as stores:
        stores.registrations.add_initial(added)
        assert not stores.registrations.use_initial(token_id, NOW)
        assert not stores.registrations.revoke_initial(token_id, NOW)
        assert stores.registrations.list_initial() == [added]


def test_a_revoked_initial_token_is_dead_at_once(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.registrations.add_initial(initial_token())
        assert stores.registrations.revoke_initial("token-1", NOW + 1)
        assert not stores.registrations.use_initial("token-1", NOW)
        assert not stores.registrations.revoke_initial("\ud800", NOW)
        assert stores.registrations.list_initial() == [initial_token(revoked_at=NOW + 1)]


def test_of_many_at_once_no_more_register_than_the_quota_allows(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.registrations.add_initial(initial_token(quota=3))

    def use(_: int) -> bool:
        with database.writing() as stores:
            return stores.registrations.use_initial("token-1", NOW)

    assert race(10, use).count(True) == 3


def kept(database: SqlDatabase, client_id: str = "dynamic-1") -> Registration | None:
    with database.reading() as stores:
        return stores.registrations.get(client_id)


def test_a_registration_comes_back_until_it_is_removed(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.registrations.add(registration())
        stores.registrations.add(registration("dynamic-2"))
        assert stores.registrations.get("dynamic-1") == registration()
        stores.registrations.remove("dynamic-1")
        stores.registrations.remove("dynamic-1")
    assert kept(database) is None
    assert kept(database, "dynamic-2") == registration("dynamic-2")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_id_is_not_registered(database: SqlDatabase, hostile: str) -> None:
    assert kept(database, hostile) is None


def test_a_new_token_takes_the_place_of_the_old_one(database: SqlDatabase) -> None:
    new = digest("new")
    with database.writing() as stores:
        stores.registrations.add(registration())
        stores.registrations.add(registration("dynamic-2"))
        assert stores.registrations.replace_token("dynamic-1", digest=new, pepper_id="p2")
        assert not stores.registrations.replace_token("unknown", digest=new, pepper_id="p2")
    assert kept(database) == replace(registration(), digest=new, pepper_id="p2")
    assert kept(database, "dynamic-2") == registration("dynamic-2")


def test_the_last_use_never_moves_back(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.registrations.add(registration())
        for at in (NOW + 5, NOW + 1):
            stores.registrations.note_use("dynamic-1", at)
    assert kept(database) == registration(last_used_at=NOW + 5)


def test_clients_that_nobody_uses_are_found_longest_unused_first(database: SqlDatabase) -> None:
    with database.writing() as stores:
        for number in range(5):
            stores.registrations.add(registration(f"c{number}", last_used_at=NOW - number))
        assert stores.registrations.unused_since(NOW - 1, 2) == ["c4", "c3"]
        assert stores.registrations.unused_since(NOW - 1, 9) == ["c4", "c3", "c2"]


def test_no_digest_stands_in_a_representation() -> None:
    assert repr(digest("token-1")) not in repr(initial_token())
    assert repr(digest("dynamic-1")) not in repr(registration())
