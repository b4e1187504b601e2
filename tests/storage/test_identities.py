"""Identities: one person at one provider is one user, and gives that user groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.identities import IdentityStatus
from authserver.domain.roles import Role
from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE, group
from tests.storage.provider_examples import identity, provider, snapshot
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.ports import Database
    from authserver.storage.database import SqlDatabase


def with_providers(database: Database) -> None:
    with database.writing() as stores:
        stores.providers.add(provider())
        stores.providers.add(provider("entra"))


@pytest.fixture
def providers(any_database: Database) -> Database:
    with_providers(any_database)
    return any_database


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"snapshot": None, "ceiling": None, "asleep_since": None, "warned_at": None},
        {"last_sign_in_at": None, "is_administrator": False, "ceiling": frozenset()},
        {"roles": frozenset({Role.HELP_DESK, Role.AUDITOR})},
        {"snapshot": snapshot(*(f"group-{number}" for number in range(10_000)))},
    ],
)
def test_an_identity_comes_back_as_it_was_added(
    providers: Database, changes: dict[str, Any]
) -> None:
    added = identity(**changes)
    with providers.writing() as stores:
        stores.identities.add(added)
        stores.identities.add(identity("00u1", provider="entra", subject="user:bob"))
        assert stores.identities.find("okta", "00u1") == added
    with providers.reading() as stores:
        assert stores.identities.find("okta", "00u1") == added


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_key_is_nobody(providers: Database, hostile: str) -> None:
    with providers.writing() as stores:
        stores.identities.add(identity())
        assert stores.identities.find("okta", hostile) is None
        assert stores.identities.find(hostile, "00u1") is None
        assert stores.identities.of(hostile) == []
        assert stores.identities.list(hostile) == []
        assert not stores.identities.unlink("okta", hostile, NOW)
        assert stores.identities.groups_by(hostile, hostile) == frozenset()
        assert stores.identities.due_for_sleep(hostile, checked_before=NOW, limit=9) == []


def test_keys_are_compared_exactly(providers: Database) -> None:
    with providers.writing() as stores:
        stores.identities.add(identity("00uA"))
        assert stores.identities.find("okta", "00ua") is None
        stores.identities.add(identity("00ua", subject="user:bob"))


def test_identities_are_told_by_user_and_by_provider(providers: Database) -> None:
    okta, entra = identity(), identity("t/o", provider="entra")
    bob = identity("00u0", subject="user:bob")
    gone = identity("00u9")
    with providers.writing() as stores:
        for each in (bob, gone, okta, entra):
            stores.identities.add(each)
        stores.identities.unlink("okta", "00u9", NOW)
        assert stores.identities.of("user:ada") == [entra, okta]
        assert stores.identities.list("okta") == [okta, bob]
        assert stores.identities.hold("okta") == [okta, bob]
        assert stores.identities.hold("nobody") == []
        assert stores.identities.of("user:nobody") == []


def test_a_person_is_one_user_until_unlinked(providers: Database) -> None:
    with providers.writing() as stores:
        stores.identities.add(identity())
        with pytest.raises(AlreadyExists, match="identity at 'okta'") as refused:
            stores.identities.add(identity(subject="user:bob"))
        assert "00u1" not in str(refused.value)
        assert stores.identities.unlink("okta", "00u1", NOW)
        assert not stores.identities.unlink("okta", "00u1", NOW)
        assert stores.identities.find("okta", "00u1") is None
        again = identity(subject="user:bob", created_at=NOW, snapshot=None, ceiling=None)
        stores.identities.add(again)
        assert stores.identities.find("okta", "00u1") == again
        assert stores.identities.of("user:ada") == []
        with pytest.raises(AlreadyExists):
            stores.identities.add(identity())


def test_saving_replaces_all_but_who_it_is(providers: Database) -> None:
    changed = identity(
        shown="ada.l",
        created_at=NOW + 5,
        last_sign_in_at=NOW + 1,
        last_checked_at=NOW + 2,
        snapshot=None,
        is_administrator=False,
        ceiling=None,
        asleep_since=None,
        warned_at=None,
    )
    with providers.writing() as stores:
        stores.identities.add(identity())
        stores.identities.save(changed)
        assert stores.identities.find("okta", "00u1") == replace(
            changed, created_at=identity().created_at
        )


@pytest.mark.parametrize(
    "changes", [{"subject": "user:bob"}, {"subject_key": "00u2"}, {"provider": "entra"}]
)
def test_nobody_saves_somebody_elses_identity(providers: Database, changes: dict[str, Any]) -> None:
    with providers.writing() as stores:
        stores.identities.add(identity())
        with pytest.raises(NotFound):
            stores.identities.save(replace(identity(), **changes))
        stores.identities.unlink("okta", "00u1", NOW)
        # A sign-in that began before comes too late.
        with pytest.raises(NotFound):
            stores.identities.save(identity())


def test_of_two_first_sign_ins_one_makes_the_user(database: SqlDatabase) -> None:
    with_providers(database)

    def act(number: int) -> bool:
        with database.writing() as stores:
            try:
                stores.identities.add(identity(subject=f"user:{number}"))
            except AlreadyExists:
                return False
            return True

    assert race(8, act).count(True) == 1
    with database.writing() as stores:
        stores.identities.unlink("okta", "00u1", NOW)
    assert race(8, act).count(True) == 1


def test_who_was_checked_longest_ago_sleeps_first(providers: Database) -> None:
    awake = {"asleep_since": None, "warned_at": None}
    with providers.writing() as stores:
        for name, ago in (("c", 10), ("a", 30), ("b", 20), ("young", 4)):
            stores.identities.add(identity(name, last_checked_at=NOW - ago, **awake))
        stores.identities.add(identity("asleep", last_checked_at=NOW - 99))
        stores.identities.add(identity("gone", last_checked_at=NOW - 99, **awake))
        stores.identities.unlink("okta", "gone", NOW)
        stores.identities.add(identity("x", provider="entra", last_checked_at=NOW - 99, **awake))
        due = stores.identities.due_for_sleep
        found = due("okta", checked_before=NOW - 5, limit=9)
        assert [each.subject_key for each in found] == ["a", "b", "c"]
        assert [each.subject_key for each in due("okta", checked_before=NOW - 10, limit=9)] == [
            "a",
            "b",
        ]
        assert [each.subject_key for each in due("okta", checked_before=NOW, limit=1)] == ["a"]


def test_a_warning_is_due_once_since_the_last_check(providers: Database) -> None:
    checked = {"asleep_since": None, "last_checked_at": NOW - 30}
    with providers.writing() as stores:
        stores.identities.add(identity("never", warned_at=None, **checked))
        stores.identities.add(identity("before", warned_at=NOW - 31, **checked))
        stores.identities.add(identity("since", warned_at=NOW - 30, **checked))
        stores.identities.add(identity("asleep", last_checked_at=NOW - 30, warned_at=None))
        due = stores.identities.due_for_warning
        found = due("okta", checked_before=NOW, limit=9)
        assert [each.subject_key for each in found] == ["before", "never"]
        assert len(due("okta", checked_before=NOW, limit=1)) == 1


def test_what_an_unlinked_person_gave_is_gone(providers: Database) -> None:
    with providers.writing() as stores:
        stores.groups.add(group("staff"))
        stores.identities.add(identity())
        stores.identities.add(identity(provider="entra"))
        stores.identities.set_groups("okta", "user:ada", frozenset({"staff"}))
        assert stores.identities.unlink("entra", "00u1", NOW)
        assert stores.groups.of("user:ada") == ["staff"]
        assert stores.identities.unlink("okta", "00u1", NOW)
        assert stores.groups.of("user:ada") == []
        assert stores.identities.groups_by("okta", "user:ada") == frozenset()


def test_everybody_of_a_provider_is_unlinked_and_nobody_else(providers: Database) -> None:
    with providers.writing() as stores:
        stores.groups.add(group("staff"))
        for one in (identity(), identity(subject_key="00u2", subject="user:bob")):
            stores.identities.add(one)
        stores.identities.add(identity(provider="entra"))
        stores.identities.set_groups("okta", "user:bob", frozenset({"staff"}))
        stores.identities.unlink_all("okta", NOW)
        assert stores.identities.list("okta") == []
        assert stores.groups.of("user:bob") == []
        assert [each.provider for each in stores.identities.of("user:ada")] == ["entra"]
        assert stores.identities.unlinked_at("okta", "00u2") == NOW


def test_an_unlinked_status_is_not_saved_but_unlinked(providers: Database) -> None:
    """The way out is `unlink`, which takes the groups along; the status alone ends it too."""
    with providers.writing() as stores:
        stores.identities.add(identity())
        stores.identities.save(identity(status=IdentityStatus.UNLINKED))
        assert stores.identities.find("okta", "00u1") is None
