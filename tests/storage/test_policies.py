"""Versions of policy documents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.errors import AlreadyExists
from authserver.domain.policy_documents import PolicyVersion
from authserver.storage.database import SqlDatabase
from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE
from tests.storage.racing import race

FIRST: Final = PolicyVersion("default", 1, "# für später\n", NOW, "operator root", "to begin with")

if TYPE_CHECKING:
    from collections.abc import Sequence


def test_a_version_comes_back_as_it_was_added(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.policies.current("default") is None
        stores.policies.add(FIRST)
        assert stores.policies.current("default") == FIRST
    with database.reading() as stores:
        assert stores.policies.version("default", 1) == FIRST
        assert stores.policies.version("default", 2) is None
        assert stores.policies.version("jira", 1) is None


def test_the_newest_version_is_the_current_one(database: SqlDatabase) -> None:
    newer = [replace(FIRST, number=number, text=f"# {number}\n") for number in (2, 10, 9)]
    with database.writing() as stores:
        for each in (FIRST, *newer, replace(FIRST, name="jira")):
            stores.policies.add(each)
    with database.reading() as stores:
        assert stores.policies.current("default") == newer[1]
        assert [each.number for each in stores.policies.versions("default")] == [10, 9, 2, 1]
        after = stores.policies.versions("default", before=10, limit=2)
        assert [each.number for each in after] == [9, 2]
        assert stores.policies.versions("jira") == [replace(FIRST, name="jira")]
        assert stores.policies.names() == ["default", "jira"]


def test_a_number_is_given_out_once(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.policies.add(FIRST)
        with pytest.raises(AlreadyExists, match="default@1"):
            stores.policies.add(replace(FIRST, text=""))
        assert stores.policies.current("default") == FIRST


def test_of_many_who_add_the_next_version_one_wins(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.policies.add(FIRST)

    def add(runner: int) -> int | None:
        with database.writing() as stores:
            current = stores.policies.current("default")
            assert current is not None
            if current.number > 1:
                return None
            try:
                stores.policies.add(replace(FIRST, number=2, comment=str(runner)))
            except AlreadyExists:
                return None
        return runner

    winners: Sequence[int | None] = [each for each in race(4, add) if each is not None]
    with database.reading() as stores:
        versions = stores.policies.versions("default")
    assert [each.comment for each in versions] == [str(winners[0]), FIRST.comment]
    assert len(winners) == 1


def test_who_waits_for_a_document_sees_what_was_done_meanwhile(database: SqlDatabase) -> None:
    def add(_runner: int) -> int:
        with database.writing() as stores:
            current = stores.policies.current("default")
            number = 1 if current is None else current.number + 1
            stores.policies.add(replace(FIRST, number=number))
        return number

    assert sorted(race(4, add)) == [1, 2, 3, 4]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_is_no_document(database: SqlDatabase, hostile: str) -> None:
    with database.writing() as stores:
        stores.policies.add(FIRST)
        assert stores.policies.current(hostile) is None
        assert stores.policies.version(hostile, 1) is None
        assert stores.policies.versions(hostile) == []


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**70])
def test_an_odd_number_is_no_version(database: SqlDatabase, number: int) -> None:
    with database.reading() as stores:
        assert stores.policies.version("default", number) is None


def test_another_issuer_has_documents_of_its_own(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.policies.add(FIRST)
    other = SqlDatabase(database.engine, issuer_id=2)
    with other.writing() as stores:
        assert stores.policies.names() == []
        assert stores.policies.current("default") is None
        assert stores.policies.versions("default") == []
        stores.policies.add(FIRST)
