"""How calls are handed over to a site."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.hand_over import HandOver, HandOverKind
from tests.storage.examples import NOW, resource

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

SEALED = HandOver(
    resource="jira-main",
    kind=HandOverKind.SERVICE_CREDENTIAL,
    account="svc-gateway",
    header="",
    sealed=b"\x01sealed\x00\xff",
    changed_at=NOW,
)
BY_HEADER = HandOver(
    resource="jira-main",
    kind=HandOverKind.IDENTITY_HEADER,
    account="",
    header="X-Remote-User",
    sealed=b"",
    changed_at=NOW + 1,
)


@pytest.fixture
def database(database: SqlDatabase) -> SqlDatabase:
    with database.writing() as stores:
        for name in ("jira-main", "Wiki", "alpha"):
            stores.resources.add(resource(name))
    return database


def kept(database: SqlDatabase, name: str = "jira-main") -> HandOver | None:
    with database.reading() as stores:
        return stores.hand_overs.get(name)


def test_a_hand_over_comes_back_as_it_was_put_and_replaced(database: SqlDatabase) -> None:
    for each in (SEALED, BY_HEADER, SEALED):
        with database.writing() as stores:
            stores.hand_overs.put(each)
        assert kept(database) == each


@pytest.mark.parametrize("name", ["nowhere", "a\x00b", "\ud800", ""])
def test_a_resource_without_one_has_none(database: SqlDatabase, name: str) -> None:
    assert kept(database, name) is None


def test_they_are_listed_by_the_name_of_the_resource(database: SqlDatabase) -> None:
    with database.writing() as stores:
        for name in ("jira-main", "Wiki", "alpha"):
            stores.hand_overs.put(replace(SEALED, resource=name))
    with database.reading() as stores:
        listed = stores.hand_overs.list()
    assert [each.resource for each in listed] == ["Wiki", "alpha", "jira-main"]


def test_what_is_removed_is_gone_with_its_credential(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.hand_overs.put(SEALED)
    with database.writing() as stores:
        assert stores.hand_overs.remove("jira-main")
        assert not stores.hand_overs.remove("jira-main")
    assert kept(database) is None


def test_a_seal_is_replaced_only_where_the_old_one_is_still_there(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.hand_overs.put(SEALED)
        assert not stores.hand_overs.replace_sealed("jira-main", before=b"other", after=b"new")
        assert not stores.hand_overs.replace_sealed("alpha", before=SEALED.sealed, after=b"new")
        assert stores.hand_overs.replace_sealed("jira-main", before=SEALED.sealed, after=b"new")
    assert kept(database) == replace(SEALED, sealed=b"new")
