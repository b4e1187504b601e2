"""Which accounts of a site stand for which subjects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from authserver.domain.hand_over import SubjectAccount
from tests.storage import examples
from tests.storage.examples import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authserver.storage.database import SqlDatabase

MANY = 10_000


def mapped(
    subject: str, account: str = "jdoe", *, resource: str = "jira-main", changed_at: float = NOW
) -> SubjectAccount:
    return SubjectAccount(resource, subject, account, changed_at)


@pytest.fixture
def database(database: SqlDatabase) -> SqlDatabase:
    with database.writing() as stores:
        for name in ("jira-main", "wiki"):
            stores.resources.add(examples.resource(name))
    return database


def put(database: SqlDatabase, accounts: Iterable[SubjectAccount]) -> None:
    with database.writing() as stores:
        stores.accounts.put(accounts)


def listed(database: SqlDatabase, name: str = "jira-main") -> list[SubjectAccount]:
    with database.reading() as stores:
        return list(stores.accounts.list(name))


def test_a_mapping_comes_back_as_it_was_put_and_replaced(database: SqlDatabase) -> None:
    for each in (mapped("user:ada"), mapped("user:ada", "ada l.", changed_at=NOW + 1)):
        put(database, [each])
        with database.reading() as stores:
            assert stores.accounts.get("jira-main", "user:ada") == each
    assert listed(database) == [mapped("user:ada", "ada l.", changed_at=NOW + 1)]


def test_a_subject_may_have_another_account_at_another_site(database: SqlDatabase) -> None:
    put(database, [mapped("user:ada"), mapped("user:ada", "other", resource="wiki")])
    assert listed(database, "wiki") == [mapped("user:ada", "other", resource="wiki")]
    assert listed(database) == [mapped("user:ada")]


@pytest.mark.parametrize("hostile", ["nobody", "a\x00b", "\ud800", ""])
def test_who_is_not_mapped_is_not_found(database: SqlDatabase, hostile: str) -> None:
    put(database, [mapped("user:ada")])
    with database.writing() as stores:
        assert stores.accounts.get("jira-main", hostile) is None
        assert stores.accounts.get(hostile, "user:ada") is None
        assert not stores.accounts.remove("jira-main", hostile)


def test_accounts_of_users_are_told_from_those_of_clients(database: SqlDatabase) -> None:
    put(database, [mapped("client:ci", "Bot"), mapped("user:ada", "Ada")])
    put(database, [mapped("user:bob", "bot", resource="wiki")])
    with database.reading() as stores:
        found = {
            name: stores.accounts.stands_for_a_user("jira-main", name)
            for name in ("Ada", "ada", "Bot", "bot", "Ad", "nobody", "", "a\x00", "%")
        }
        assert stores.accounts.stands_for_a_user("wiki", "BOT")
    assert {name for name, is_users in found.items() if is_users} == {"Ada", "ada"}


def test_pages_follow_each_other_in_the_order_of_the_characters(database: SqlDatabase) -> None:
    subjects = ["B", "Z", "a", "ab", "client:x", "é", "z", "\U0001f600", "\uffe0"]
    put(database, [mapped(subject) for subject in subjects])
    seen: list[str] = []
    with database.reading() as stores:
        while page := stores.accounts.list("jira-main", after=seen[-1] if seen else "", limit=2):
            assert len(page) <= 2
            seen += [each.subject for each in page]
    assert seen == sorted(subjects)


def test_of_two_lines_for_one_subject_the_last_one_counts(database: SqlDatabase) -> None:
    put(database, [mapped("user:ada", "first"), mapped("user:ada", "last")])
    assert listed(database) == [mapped("user:ada", "last")]
    put(database, [])
    assert len(listed(database)) == 1


def test_only_the_named_mapping_is_removed(database: SqlDatabase) -> None:
    put(database, [mapped("a"), mapped("b"), mapped("a", resource="wiki")])
    with database.writing() as stores:
        assert stores.accounts.remove("jira-main", "a")
        assert not stores.accounts.remove("jira-main", "a")
    assert listed(database) == [mapped("b")]
    assert listed(database, "wiki") == [mapped("a", resource="wiki")]


def test_all_mappings_of_one_site_are_removed_together(database: SqlDatabase) -> None:
    put(database, [mapped("a"), mapped("b"), mapped("a", resource="wiki")])
    with database.writing() as stores:
        assert stores.accounts.remove_all("jira-main") == 2
        assert stores.accounts.remove_all("jira-main") == 0
    assert listed(database) == []
    assert listed(database, "wiki") == [mapped("a", resource="wiki")]


@pytest.mark.slow
def test_ten_thousand_mappings_are_a_few_statements(database: SqlDatabase) -> None:
    accounts = [mapped(f"user:{number:05}", f"u{number}") for number in range(MANY)]
    put(database, accounts[: MANY // 2])
    statements: list[str] = []

    def told(*call: object) -> None:
        statements.append(str(call[2]))
        assert not isinstance(call[3], list), "with a list, each row is sent by itself"

    event.listen(database.engine, "before_cursor_execute", told)
    put(database, [replace(each, changed_at=NOW + 1) for each in accounts])
    assert len([each for each in statements if each.startswith("INSERT")]) <= MANY // 500
    with database.reading() as stores:
        assert len(stores.accounts.list("jira-main", limit=MANY + 1)) == MANY
        assert stores.accounts.list("jira-main", limit=1)[0].changed_at == NOW + 1


def test_mappings_are_found_by_a_part_of_either_name_or_by_their_subjects(
    database: SqlDatabase,
) -> None:
    put(database, [mapped("user:ada", "Ada.L"), mapped("client:ci", "a_b"), mapped("user:bob")])
    for text, subjects, found in (
        ("DA.", (), ["user:ada"]),
        ("user:", (), ["user:ada", "user:bob"]),
        ("a_b", (), ["client:ci"]),
        ("%", (), []),
        ("\0", (), []),
        ("no such", ("user:bob",), ["user:bob"]),
    ):
        with database.reading() as stores:
            page = stores.accounts.list("jira-main", text=text, subjects=subjects)
            assert [each.subject for each in page] == found, text
    with database.reading() as stores:
        assert stores.accounts.list("jira-main", after="\0") == []
        assert (stores.accounts.count("jira-main"), stores.accounts.count("wiki")) == (3, 0)
