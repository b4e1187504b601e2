"""Members that an older version wrote are found by their words all the same, after a look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import select, text

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.searches import ClientSearch, UserSearch
from authserver.domain.users import PersonalData, UserStatus
from authserver.storage.left_words import REST_SECONDS, LeftWords
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.rows.clients import clients
from authserver.storage.rows.search_words import search_words
from authserver.storage.rows.users import users
from tests.doubles import FakeClock
from tests.scale.bulk import make, octets
from tests.scale.watching import Watch
from tests.storage.api_token_examples import api_token
from tests.storage.examples import client, user

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

NOBODY: Final[tuple[list[str], ...]] = ([], [], [], [], [])
EVERYBODY: Final = (["old-robot"], ["old-user"], ["old-token"], ["old-token"], ["old-token"])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def look(database: SqlDatabase, clock: FakeClock, **sizes: int) -> LeftWords:
    """Housekeeping of a server that was just started."""
    return LeftWords(database, clock, **sizes)


def write_as_before(database: SqlDatabase, count: int = 1) -> None:
    """What a version writes that knows of no words: one of each kind, or so many users."""
    with database.connection_for_writing() as connection:
        false = "0" if connection.dialect.name == "sqlite" else "false"
        make(
            connection,
            users,
            count,
            {
                "subject": "'old-user' || CASE n WHEN 1 THEN '' ELSE CAST(n AS TEXT) END",
                "username": "'lovelace' || n",
                "status": "'enabled'",
                "password_hash": octets(connection, "''"),
                "is_administrator": false,
                "must_change_password": false,
            },
        )
        robot = {"client_id": "'old-robot'", "name": "'Nightly lovelace'", "jwks": "'[]'"}
        robot |= {"status": "'enabled'", "auth_method": "'client_secret_basic'"}
        make(connection, clients, 1, robot)
        token = {"token_id": "'old-token'", "purpose": "'Asked by lovelace'", "subject": "'u'"}
        token |= {"status": "'enabled'", "subject_type": "'user'", "presentations": "' bearer '"}
        token |= {"scopes": "' read:jira-work '", "resources": "' jira-main '"}
        make(connection, api_tokens, 1, token)


def found(database: SqlDatabase, name: str = "lovelace") -> tuple[list[str], ...]:
    """Clients, users and API tokens by a word, and API tokens by scope and by site."""
    with database.reading() as stores:
        robots = stores.clients.page(ClientSearch(text=name)).items
        people = stores.users.page(UserSearch(text=name)).items
        asked = (
            ApiTokenFilter(text=name),
            ApiTokenFilter(scope="read:jira-work"),
            ApiTokenFilter(resource="jira-main"),
        )
        tokens = [[each.token_id for each in stores.api_tokens.listed(one).items] for one in asked]
    return ([each.client_id for each in robots], [each.subject for each in people], *tokens)


def words(database: SqlDatabase, member: str) -> list[str]:
    with database.connection_for_reading() as connection:
        asked = select(search_words.c.word).where(search_words.c.member == member)
        return sorted(connection.scalars(asked))


def rename(database: SqlDatabase, subject: str, username: str) -> None:
    """As a version does that knows of no words."""
    with database.connection_for_writing() as connection:
        statement = "UPDATE users SET username = :username WHERE subject = :subject"
        connection.execute(text(statement), {"username": username, "subject": subject})


def test_whom_an_older_version_wrote_is_found_after_a_look(
    database: SqlDatabase, clock: FakeClock
) -> None:
    write_as_before(database)
    assert found(database) == NOBODY
    assert look(database, clock).mend() == 3
    assert found(database) == EVERYBODY


def test_words_are_those_that_the_stores_write(database: SqlDatabase, clock: FakeClock) -> None:
    data = PersonalData("Ada Lovelace", "Ada", "Lovelace", "ada@example.org")
    with database.writing() as stores:
        stores.clients.add(client())
        stores.users.add(user(data=data))
        stores.api_tokens.add(api_token())
        deleted = user("gone", status=UserStatus.DELETED)
        stores.users.add(deleted)
    members = ("ci-reader", "user:ada", "t1", deleted.subject)
    written = [words(database, each) for each in members]
    assert all(written)
    assert look(database, clock).mend() == 0
    with database.connection_for_writing() as connection:
        connection.execute(search_words.delete())
    assert look(database, clock).mend() == 4
    assert [words(database, each) for each in members] == written


def test_whom_an_older_version_renamed_is_found_by_the_new_name_alone(
    database: SqlDatabase, clock: FakeClock
) -> None:
    with database.writing() as stores:
        stores.users.add(user())
    rename(database, "user:ada", "countess")
    assert look(database, clock).mend() == 1
    assert words(database, "user:ada") == ["countess"]
    assert found(database, "ada")[1] == []


def test_nobody_is_looked_at_again_before_the_next_day(
    database: SqlDatabase, clock: FakeClock
) -> None:
    write_as_before(database)
    words_left = look(database, clock)
    words_left.mend()
    rename(database, "old-user", "countess")
    clock.advance(REST_SECONDS - 60)
    with Watch(database) as watch:
        assert words_left.mend() == 0
    assert len(watch.statements) == 3
    assert all("FROM search_word_looks" in statement for statement, _ in watch.statements)
    clock.advance(60)
    assert words_left.mend() == 1
    assert words_left.mend() == 0


def test_a_server_that_starts_looks_at_everybody_at_once(
    database: SqlDatabase, clock: FakeClock
) -> None:
    look(database, clock).mend()
    write_as_before(database)
    assert look(database, clock).mend() == 3


def test_a_run_is_short_and_the_next_one_goes_on(database: SqlDatabase, clock: FakeClock) -> None:
    write_as_before(database, 7)
    words_left = look(database, clock, batch_members=2, batches=1)
    # A client, two users and a token; then users.
    assert [words_left.mend() for _ in range(5)] == [4, 2, 2, 1, 0]
    assert len(found(database)[1]) == 7
    assert clock.slept, "others come first"


def test_processes_that_start_all_the_time_keep_nobody_from_a_turn(
    database: SqlDatabase, clock: FakeClock
) -> None:
    write_as_before(database, 7)
    for _ in range(4):
        look(database, clock, batch_members=2, batches=1).mend()
    assert len(found(database)[1]) == 7


def test_who_was_looked_at_before_a_server_started_is_looked_at_once_more(
    database: SqlDatabase, clock: FakeClock
) -> None:
    write_as_before(database, 7)
    first = look(database, clock, batch_members=2, batches=1)
    first.mend()
    rename(database, "old-user", "countess")
    second = look(database, clock, batch_members=2, batches=1)
    assert sum(second.mend() for _ in range(8)) == 5 + 1
    assert found(database, "countess")[1] == ["old-user"]
    assert first.mend() == second.mend() == 0


def test_a_clock_that_was_far_ahead_keeps_nobody_waiting(
    database: SqlDatabase, clock: FakeClock
) -> None:
    now = clock.now()
    words_left = look(database, clock)
    clock.set_now(now + 1000 * REST_SECONDS)
    words_left.mend()
    clock.set_now(now)
    write_as_before(database)
    assert words_left.mend() == 3


def test_nobody_is_looked_at_by_whoever_may_not_go_on(
    database: SqlDatabase, clock: FakeClock
) -> None:
    write_as_before(database)
    assert look(database, clock).mend(lambda: False) == 0
    assert found(database) == NOBODY


def test_the_next_members_are_read_out_of_an_index(database: SqlDatabase, clock: FakeClock) -> None:
    write_as_before(database, 3000)
    if database.engine.dialect.name == "postgresql":
        with database.connection_for_writing() as connection:
            connection.exec_driver_sql("ANALYZE users")
    words_left = look(database, clock, batch_members=10, batches=1)
    words_left.mend()
    with Watch(database) as watch:
        words_left.mend()
    (plan,) = [plan for sql, plan in watch.plans() if "FROM users" in sql and "LIMIT" in sql]
    assert "(issuer_id,subject)>(?,?)" in plan or "pk_users" in plan, plan
