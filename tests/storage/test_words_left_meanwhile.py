"""Of two who look for missing words, or who change a member that is looked at, the newer counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.storage import left_words
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.search_words import Searched
from tests.databases import opened
from tests.doubles import FakeClock
from tests.storage.examples import user
from tests.storage.test_api_token_bulk import wait_for_a_lock
from tests.storage.test_left_words import look, rename, words, write_as_before

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Row

    from authserver.storage.database import SqlDatabase
    from authserver.storage.searched_members import Members

WAIT_SECONDS: Final = 30


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def during(monkeypatch: pytest.MonkeyPatch, kind: Searched, act: Callable[[], object]) -> None:
    """Act once, after members of a kind were read and before anything is done about them."""
    judge = left_words._wrong

    def judged(connection: Connection, members: Members, rows: Sequence[Row[Any]]) -> Any:
        wrong = judge(connection, members, rows)
        if members.kind is kind:
            monkeypatch.setattr(left_words, "_wrong", judge)
            act()
        return wrong

    monkeypatch.setattr(left_words, "_wrong", judged)


def test_a_server_that_starts_during_a_look_is_not_overlooked(
    database: SqlDatabase, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as stores:
        stores.users.add(user())

    def replaced() -> None:
        rename(database, "user:ada", "countess")
        assert look(database, clock, batches=0).mend() == 0

    during(monkeypatch, Searched.USER, replaced)
    assert look(database, clock).mend() == 1
    assert words(database, "user:ada") == ["countess"]


def test_two_look_at_the_same_time_and_nothing_is_done_twice(
    database: SqlDatabase, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_as_before(database, 5)
    other: list[int] = []
    during(monkeypatch, Searched.USER, lambda: other.append(look(database, clock).mend()))
    assert look(database, clock).mend() == 1
    assert other == [6]


def test_a_member_that_is_changed_meanwhile_keeps_the_newer_words(
    postgresql_url: str, clock: FakeClock
) -> None:
    with opened(postgresql_url) as database, ThreadPoolExecutor(1) as pool:
        write_as_before(database)
        with database.writing() as stores:
            known = stores.users.get("old-user")
            assert known is not None
            stores.users.save(replace(known, username="countess"))
            mending = pool.submit(look(database, clock).mend)
            wait_for_a_lock(database)
        # The client and the token; the user has words by now.
        assert mending.result(WAIT_SECONDS) == 2
        assert words(database, "old-user") == ["countess"]


def test_who_changes_a_member_during_a_look_wins_on_either_database(
    database: SqlDatabase, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_as_before(database)

    def change() -> None:
        with database.writing() as stores:
            known = stores.users.get("old-user")
            assert known is not None
            stores.users.save(replace(known, username="countess"))

    during(monkeypatch, Searched.USER, change)
    assert look(database, clock).mend() == 2
    assert words(database, "old-user") == ["countess"]


def test_a_token_that_is_swept_meanwhile_leaves_no_words(
    database: SqlDatabase, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_as_before(database)

    def sweep() -> None:
        with database.connection_for_writing() as connection:
            connection.execute(api_tokens.delete())

    during(monkeypatch, Searched.API_TOKEN, sweep)
    assert look(database, clock).mend() == 2
    assert words(database, "old-token") == []
