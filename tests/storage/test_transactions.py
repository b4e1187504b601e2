"""What a reading and a writing block promise."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import Conflict, StorageUnavailable
from authserver.storage.database import SqlDatabase
from authserver.storage.engines import EngineOptions
from tests.databases import opened
from tests.storage.examples import NOW, client

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGE = Change(ChangeKind.TOKEN, "t1", NOW)


def test_what_a_writing_block_did_is_there_afterwards(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client())
        assert stores.clients.get("ci-reader") == client()
    with database.reading() as stores:
        assert stores.clients.get("ci-reader") == client()


@pytest.mark.parametrize("trouble", [Conflict("no"), KeyboardInterrupt(), StorageUnavailable("x")])
def test_an_exception_rolls_back_and_goes_on(database: SqlDatabase, trouble: BaseException) -> None:
    def fail() -> None:
        with database.writing() as stores:
            stores.clients.add(client())
            raise trouble

    with pytest.raises(type(trouble)) as caught:
        fail()
    assert caught.value is trouble
    with database.reading() as stores:
        assert stores.clients.get("ci-reader") is None


def test_a_reading_block_sees_one_state(database: SqlDatabase) -> None:
    def advance() -> None:
        with database.writing() as stores:
            stores.authority.advance([CHANGE])

    with database.reading() as stores:
        assert stores.authority.position().seq == 0
        writer = threading.Thread(target=advance)
        writer.start()
        writer.join()
        assert stores.authority.position().seq == 0
        assert stores.authority.since(0) == []
    with database.reading() as stores:
        assert stores.authority.position().seq == 1


def test_writing_in_a_reading_block_is_a_mistake_not_an_outage(database: SqlDatabase) -> None:
    def write() -> None:
        with database.reading() as stores:
            stores.authority.advance([CHANGE])

    with pytest.raises(DBAPIError, match=r"(?i)read-?only"):
        write()
    # The connection that was used for it writes again.
    with database.writing() as stores:
        assert stores.authority.advance([CHANGE]) == 1


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT * FROM no_such_table", DBAPIError),
        ("SELEC", DBAPIError),
        (
            "INSERT INTO client_permissions (client_id, kind, value) VALUES ('nobody', 's', 'v')",
            IntegrityError,
        ),
        ("UPDATE authority SET seq = NULL", IntegrityError),
    ],
)
def test_mistakes_stay_loud(database: SqlDatabase, statement: str, error: type[Exception]) -> None:
    def run() -> None:
        with database.connection_for_writing() as connection:
            connection.execute(text(statement))

    with pytest.raises(error):
        run()


def test_an_error_text_shows_no_values(database: SqlDatabase) -> None:
    def run() -> None:
        with database.connection_for_writing() as connection:
            connection.execute(
                text("INSERT INTO users (subject) VALUES (:value)"), {"value": "the-secret"}
            )

    with pytest.raises(IntegrityError) as caught:
        run()
    assert "the-secret" not in str(caught.value).partition("DETAIL")[0]
    assert "SQL parameters hidden" in str(caught.value)


@pytest.mark.parametrize("use", [SqlDatabase.reading, SqlDatabase.writing])
def test_a_full_pool_is_an_outage_after_a_bounded_wait(
    database_url: str, use: Callable[[SqlDatabase], object]
) -> None:
    with (
        opened(database_url, EngineOptions(pool_size=1, pool_wait=0.05)) as database,
        database.reading(),
        pytest.raises(StorageUnavailable, match="every database connection"),
        use(database),  # type: ignore[attr-defined]  # a context manager, whichever it is
    ):
        pass


def test_only_what_is_done_again_need_not_reach_the_disk(database_url: str) -> None:
    shown = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}
    firm = {"sqlite": 2, "postgresql": "on"}
    loose = {"sqlite": 1, "postgresql": "off"}
    with opened(database_url, EngineOptions(pool_size=1)) as database:
        kind = database.engine.dialect.name
        for _ in range(2):
            with database.connection_for_writing() as connection:
                assert connection.execute(text(shown[kind])).scalar_one() == firm[kind]
            with database.connection_for_repeating() as connection:
                assert connection.execute(text(shown[kind])).scalar_one() == loose[kind]


def test_each_issuer_has_its_own_clients(database: SqlDatabase) -> None:
    other = SqlDatabase(database.engine, issuer_id=2)
    with database.writing() as stores:
        stores.clients.add(client())
    with other.writing() as stores:
        assert stores.clients.get("ci-reader") is None
        assert list(stores.clients.list()) == []
        stores.clients.add(client(name="of the other issuer"))
    with database.reading() as stores:
        assert stores.clients.get("ci-reader") == client()
