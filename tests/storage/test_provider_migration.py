"""The step to identity providers: people and groups of before stay, and the way back keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.grants import GrantOrigin
from tests.databases import opened
from tests.storage.examples import user
from tests.storage.people_examples import grant, group, session
from tests.storage.provider_examples import identity, provider, upstream_session
from tests.storage.test_people_migration import run, step, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.storage.database import SqlDatabase

OLD: Final = "0008"
NEW: Final = "0009"
OLD_GROUP: Final = "INSERT INTO user_groups (name, description, created_at) VALUES ('staff', '', 1)"
OLD_MEMBER: Final = "INSERT INTO group_members (group_name, subject) VALUES ('staff', 'user:ada')"


@pytest.fixture
def database(empty_url: str) -> Iterator[SqlDatabase]:
    """Of the version before, with a group."""
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).touch()
    with opened(empty_url) as database:
        step(database, OLD)
        run(database, OLD_GROUP)
        yield database


def test_a_node_of_the_version_before_goes_on_writing(database: SqlDatabase) -> None:
    step(database, "head")
    run(database, OLD_MEMBER)
    with database.writing() as stores:
        assert stores.groups.of("user:ada") == ["staff"]
        stores.providers.add(provider())
        stores.identities.set_groups("okta", "user:bob", frozenset({"staff"}))
        found = stores.groups.get("staff")
        assert found is not None
        assert found.members == {"user:ada", "user:bob"}


def test_the_way_back_forgets_providers_and_keeps_people(database: SqlDatabase) -> None:
    before = tables(database)
    step(database, NEW)
    with_providers = tables(database)
    assert set(before) < set(with_providers)
    assert all(with_providers[table] == columns for table, columns in before.items())
    step(database, "head")
    made = tables(database)
    with database.writing() as stores:
        stores.users.add(user("ada", password_hash=b""))
        stores.sessions.add(session())
        stores.groups.add(group("others", "user:ada"))
        stores.providers.add(provider())
        stores.identities.add(identity())
        stores.identities.set_groups("okta", "user:ada", frozenset({"staff"}))
        stores.upstream_sign_ins.put_session(upstream_session())
        stores.grants.add(grant("allowed"))
        stores.grants.add(grant("exchanged", origin=GrantOrigin.TOKEN_EXCHANGE))
    step(database, OLD, back=True)
    assert tables(database) == before
    step(database, "head")
    assert tables(database) == made
    with database.reading() as stores:
        assert stores.users.get("user:ada") == user("ada", password_hash=b"")
        assert stores.sessions.get("session-1") == session()
        assert stores.groups.of("user:ada") == ["others"]
        assert stores.grants.get("allowed") == grant("allowed")
        assert stores.grants.get("exchanged") is None
        assert stores.providers.get("okta") is None
        assert stores.identities.of("user:ada") == []
