"""What one issuer's users were given is nothing to another issuer on the same database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.storage.database import SqlDatabase
from tests.storage.examples import NOW, user
from tests.storage.people_examples import asked, code, grant, refresh_token, session

if TYPE_CHECKING:
    from authserver.storage.stores import SqlStores


@pytest.fixture
def other(database: SqlDatabase) -> SqlDatabase:
    """Another issuer, after the first one has got one of each."""
    with database.writing() as stores:
        stores.users.add(user())
        stores.sessions.add(session())
        stores.grants.add(grant())
        stores.grants.add_code(code())
        stores.grants.add_refresh_token(refresh_token())
    return SqlDatabase(database.engine, issuer_id=2)


def has_nothing(stores: SqlStores) -> None:
    assert stores.users.get(user().subject) is None
    assert stores.sessions.get(session().session_id) is None
    assert stores.grants.get(grant().grant_id) is None
    assert stores.grants.find_code(asked("code")) is None
    assert stores.grants.find_refresh_token(asked("refresh")) is None
    assert stores.grants.leaf(grant().grant_id) is None


def test_nobody_finds_what_another_issuer_gave(database: SqlDatabase, other: SqlDatabase) -> None:
    with other.reading() as stores:
        has_nothing(stores)
    with other.writing() as stores:
        has_nothing(stores)
    with database.reading() as stores:
        assert stores.users.get(user().subject) == user()
        assert stores.sessions.get(session().session_id) == session()
        assert stores.grants.leaf(grant().grant_id) == refresh_token()


def test_nobody_uses_up_what_another_issuer_gave(database: SqlDatabase, other: SqlDatabase) -> None:
    with other.writing() as stores:
        assert stores.grants.spend_code(asked("code"), NOW + 1) is None
        assert not stores.grants.supersede(refresh_token(), at=NOW + 1, sealed_successor=b"x")
        stores.grants.note_use(grant().grant_id, NOW + 1)
    with database.reading() as stores:
        assert stores.grants.get(grant().grant_id) == grant()
        assert stores.grants.find_code(asked("code")) == code()
        assert stores.grants.find_refresh_token(asked("refresh")) == refresh_token()
