"""Local groups by way of a provider's: members like others, but nobody's to remove by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import NotFound
from authserver.domain.searches import UserSearch
from authserver.storage import user_pages
from tests.scale.watching import Watch
from tests.storage.examples import user
from tests.storage.people_examples import group
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.ports import Database
    from authserver.storage.database import SqlDatabase


@pytest.fixture
def groups(any_database: Database) -> Database:
    with any_database.writing() as stores:
        for each in (group("staff", "user:bob"), group("admins"), group("others")):
            stores.groups.add(each)
    return any_database


def test_a_derived_member_counts_like_one_by_hand(groups: Database) -> None:
    with groups.writing() as stores:
        stores.identities.set_groups("okta", "user:ada", frozenset({"staff", "admins"}))
        listed = [
            group("admins", "user:ada"),
            group("others"),
            group("staff", "user:ada", "user:bob"),
        ]
        assert stores.groups.of("user:ada") == ["admins", "staff"]
        assert stores.groups.list() == listed
        assert stores.groups.get("staff") == listed[2]


def test_members_are_counted_once_and_groups_are_told_without_them(groups: Database) -> None:
    with groups.writing() as stores:
        stores.identities.set_groups("okta", "user:bob", frozenset({"staff"}))
        stores.identities.set_groups("okta", "user:ada", frozenset({"staff", "admins"}))
        assert stores.groups.count_members(["staff", "others", "nobody's"]) == {
            "staff": 2,
            "others": 0,
            "nobody's": 0,
        }
        heads = [each.name for each in stores.groups.heads()]
        assert heads == [each.name for each in stores.groups.list()]


def test_groups_of_several_users_are_those_of_each(groups: Database) -> None:
    with groups.writing() as stores:
        stores.identities.set_groups("okta", "user:bob", frozenset({"staff", "admins"}))
        assert stores.groups.of_each(["user:bob", "user:ada"]) == {
            "user:bob": ["admins", "staff"],
            "user:ada": [],
        }


def test_nobody_elses_memberships_are_read_for_those_of_a_user(
    sqlite_database: SqlDatabase,
) -> None:
    with Watch(sqlite_database) as watch, sqlite_database.reading() as stores:
        stores.groups.of("user:ada")
        stores.groups.of_each(["user:ada", "user:bob"])
    plans = "\n".join(plan for _, plan in watch.plans())
    assert plans.count("_issuer_id_subject_group_name (issuer_id=? AND subject") == 4
    assert "autoindex" not in plans


@pytest.mark.parametrize("few", [0, 1000])
def test_members_are_found_however_many_there_are(
    groups: Database, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(user_pages, "_FEW", few)
    with groups.writing() as stores:
        for name in ("ada", "bob", "carol"):
            stores.users.add(user(name, subject=f"user:{name}"))
        stores.identities.set_groups("okta", "user:carol", frozenset({"staff"}))
        for name, members in (("staff", ["bob", "carol"]), ("others", []), ("nobody's", [])):
            page = stores.users.page(UserSearch(group=name))
            assert [each.username for each in page.items] == members
            assert stores.users.count(UserSearch(group=name)) == len(members)


def test_what_is_set_replaces_what_this_provider_gave(groups: Database) -> None:
    with groups.writing() as stores:
        put = stores.identities.set_groups
        put("okta", "user:ada", frozenset({"staff", "admins"}))
        put("entra", "user:ada", frozenset({"others"}))
        put("okta", "user:bob", frozenset({"admins"}))
        put("okta", "user:ada", frozenset({"admins", "others"}))
        assert stores.identities.groups_by("okta", "user:ada") == {"admins", "others"}
        put("okta", "user:ada", frozenset())
        assert stores.identities.groups_by("okta", "user:ada") == frozenset()
        assert stores.groups.of("user:ada") == ["others"]
        assert stores.groups.of("user:bob") == ["admins", "staff"]


def test_what_one_provider_gave_is_told_and_cleared_for_everybody(groups: Database) -> None:
    with groups.writing() as stores:
        put = stores.identities.set_groups
        put("okta", "user:ada", frozenset({"staff", "admins"}))
        put("okta", "user:bob", frozenset({"admins"}))
        put("entra", "user:ada", frozenset({"others"}))
        assert stores.identities.derived("okta") == {
            "user:ada": {"staff", "admins"},
            "user:bob": {"admins"},
        }
        stores.identities.clear_groups("okta")
        assert stores.identities.derived("okta") == {}
        assert stores.identities.derived("entra") == {"user:ada": {"others"}}
        assert stores.groups.of("user:bob") == ["staff"]


def test_membership_by_hand_and_by_a_provider_do_not_touch(groups: Database) -> None:
    with groups.writing() as stores:
        stores.identities.set_groups("okta", "user:ada", frozenset({"staff"}))
        assert not stores.groups.leave("staff", "user:ada")
        assert stores.groups.join("staff", "user:ada")
        assert stores.groups.of("user:ada") == ["staff"]
        assert stores.groups.leave("staff", "user:ada")
        assert stores.groups.of("user:ada") == ["staff"]
        assert stores.groups.join("staff", "user:ada")
        stores.identities.set_groups("okta", "user:ada", frozenset())
        assert stores.groups.of("user:ada") == ["staff"]


def test_a_deleted_group_has_no_derived_members(groups: Database) -> None:
    with groups.writing() as stores:
        stores.identities.set_groups("okta", "user:ada", frozenset({"staff", "admins"}))
        stores.groups.remove("staff")
        assert stores.identities.groups_by("okta", "user:ada") == {"admins"}
        stores.groups.add(group("staff"))
        assert stores.groups.get("staff") == group("staff")


def test_a_group_that_is_not_there_is_passed_over(groups: Database) -> None:
    with groups.writing() as stores:
        stores.identities.set_groups("okta", "user:ada", frozenset({"staff", "nowhere", "Staff"}))
        assert stores.identities.groups_by("okta", "user:ada") == {"staff"}


def test_people_sign_in_while_a_group_is_removed(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.groups.add(group("staff"))

    def act(number: int) -> str:
        with database.writing() as stores:
            if number:
                stores.identities.set_groups("okta", f"user:{number}", frozenset({"staff"}))
                return "signed in"
            try:
                stores.groups.remove("staff")
            except NotFound:
                return "not found"
            return "removed"

    assert sorted(race(8, act)) == ["removed"] + ["signed in"] * 7
    with database.writing() as stores:
        stores.groups.add(group("staff"))
        assert stores.groups.get("staff") == group("staff")


def test_one_person_signs_in_twice_at_once(database: SqlDatabase) -> None:
    with database.writing() as stores:
        for name in ("a", "b", "c"):
            stores.groups.add(group(name))

    def act(number: int) -> bool:
        wanted = ("a", "b", "c") if number % 2 else ("c", "a")
        with database.writing() as stores:
            stores.identities.set_groups("okta", "user:ada", frozenset(wanted))
        return True

    assert all(race(8, act))
    with database.reading() as stores:
        assert {"a", "c"} <= set(stores.groups.of("user:ada"))
