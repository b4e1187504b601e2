"""The step to API tokens: users of before load as they were, and the way back keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.databases import opened
from tests.storage.api_token_examples import api_token
from tests.storage.examples import NOW, user
from tests.storage.test_people_migration import OLD_USER, run, step, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.storage.database import SqlDatabase

OLD: Final = "0009"
NEW: Final = "0010"


@pytest.fixture
def database(empty_url: str) -> Iterator[SqlDatabase]:
    """Of the version before, with a user."""
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).touch()
    with opened(empty_url) as database:
        step(database, OLD)
        run(database, OLD_USER, subject="user:1", username="first", hash=b"$2b$")
        yield database


def test_nobodys_credentials_rest_after_the_step(database: SqlDatabase) -> None:
    step(database, "head")
    run(database, OLD_USER, subject="user:2", username="second", hash=b"$2b$")
    with database.reading() as stores:
        found = [stores.users.get(subject) for subject in ("user:1", "user:2")]
    assert [each is not None and each.has_credentials for each in found] == [True, True]


def test_the_version_before_leaves_resting_credentials_alone(database: SqlDatabase) -> None:
    step(database, "head")
    with database.writing() as stores:
        stores.users.add(user(credentials_disabled_at=NOW))
    run(database, "UPDATE users SET name = 'Ada' WHERE username = 'ada'")
    with database.reading() as stores:
        found = stores.users.get("user:ada")
    assert found is not None
    assert (found.data.name, found.credentials_disabled_at) == ("Ada", NOW)


def test_the_way_back_forgets_api_tokens_and_keeps_users(database: SqlDatabase) -> None:
    before = tables(database)
    step(database, NEW)
    made = tables(database)
    assert set(made) - set(before) == {"api_tokens"}
    step(database, "head")
    with database.writing() as stores:
        stores.api_tokens.add(api_token())
    step(database, OLD, back=True)
    assert tables(database) == before
    step(database, NEW)
    assert tables(database) == made
    step(database, "head")
    with database.reading() as stores:
        assert stores.api_tokens.get("t1") is None
        assert [each.username for each in stores.users.list()] == ["first"]
