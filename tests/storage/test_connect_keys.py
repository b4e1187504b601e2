"""Keys of Connect apps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from authserver.domain.connect_keys import ConnectKey, ConnectKeyKind
from authserver.domain.errors import StorageUnavailable
from tests.storage.examples import NOW, resource

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

KEY = ConnectKey(
    resource="jira-main",
    issuer="com.example.app",
    audience="jira:1234",
    client_id="ci-reader",
    kind=ConnectKeyKind.SHARED_SECRET,
    scopes=frozenset({"WRITE", "READ"}),
    is_enabled=True,
    sealed=b"\x01sealed\x00\xff",
    jwks="",
    sealed_before=b"\x01before",
    before_until=NOW + 600,
    created_at=NOW,
    changed_at=NOW + 0.25,
)
SET = replace(
    KEY,
    issuer="CI",
    audience="",
    kind=ConnectKeyKind.KEY_SET,
    is_enabled=False,
    sealed=b"",
    jwks='{"keys":[]}',
    sealed_before=b"",
    before_until=0.0,
)


@pytest.fixture
def database(database: SqlDatabase) -> SqlDatabase:
    with database.writing() as stores:
        for name in ("jira-main", "alpha"):
            stores.resources.add(resource(name))
        stores.connect_keys.put(KEY)
        stores.connect_keys.put(SET)
    return database


def kept(database: SqlDatabase, issuer: str, name: str = "jira-main") -> ConnectKey | None:
    with database.reading() as stores:
        return stores.connect_keys.get(name, issuer)


def test_a_key_comes_back_as_it_was_put_and_replaced(database: SqlDatabase) -> None:
    assert kept(database, KEY.issuer) == KEY
    assert kept(database, SET.issuer) == SET
    for each in (replace(SET, issuer=KEY.issuer), KEY):
        with database.writing() as stores:
            stores.connect_keys.put(each)
        assert kept(database, KEY.issuer) == each


@pytest.mark.parametrize("name", ["nobody", "ci", "a\x00b", "\ud800", ""])
def test_a_stranger_has_none(database: SqlDatabase, name: str) -> None:
    assert kept(database, name) is None
    assert kept(database, KEY.issuer, name) is None
    with database.reading() as stores:
        assert stores.connect_keys.list(name) == []


def test_they_are_listed_by_site_and_issuer(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.connect_keys.put(replace(KEY, resource="alpha"))
    with database.reading() as stores:
        listed = [(each.resource, each.issuer) for each in stores.connect_keys.list()]
        of_one = [each.issuer for each in stores.connect_keys.list("jira-main")]
    assert listed == [("alpha", KEY.issuer), ("jira-main", "CI"), ("jira-main", KEY.issuer)]
    assert of_one == ["CI", KEY.issuer]


def test_what_is_removed_is_gone_with_its_secrets(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.connect_keys.remove("jira-main", KEY.issuer)
        assert not stores.connect_keys.remove("jira-main", KEY.issuer)
    assert kept(database, KEY.issuer) is None
    assert kept(database, SET.issuer) == SET


def test_seals_are_replaced_only_where_the_old_ones_are_still_there(
    database: SqlDatabase,
) -> None:
    after = replace(KEY, sealed=b"new", sealed_before=b"")
    with database.writing() as stores:
        for stale in (replace(KEY, sealed=b"x"), replace(KEY, sealed_before=b"")):
            assert not stores.connect_keys.replace_sealed(stale, after)
        assert not stores.connect_keys.replace_sealed(replace(KEY, issuer="nobody"), after)
        assert stores.connect_keys.replace_sealed(KEY, after)
    assert kept(database, KEY.issuer) == after


@pytest.mark.parametrize(
    ("column", "value"), [("kind", "quantum"), ("scopes", "READ"), ("scopes", "[1]")]
)
def test_a_row_of_a_newer_release_is_not_guessed_at(
    database: SqlDatabase, column: str, value: str
) -> None:
    with database.connection_for_writing() as connection:
        connection.execute(text(f"UPDATE connect_keys SET {column} = :value"), {"value": value})
    with pytest.raises(StorageUnavailable, match=r"com\.example\.app"):
        kept(database, KEY.issuer)
