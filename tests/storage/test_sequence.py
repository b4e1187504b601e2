"""The poller's own connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from authserver.domain.authority import Change, ChangeKind, Position
from authserver.domain.errors import StorageUnavailable
from authserver.storage.engines import EngineOptions
from authserver.storage.sequence import SequenceReader
from tests.databases import opened
from tests.storage.examples import NOW
from tests.storage.racing import race

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.storage.database import SqlDatabase


@pytest.fixture
def reader(database: SqlDatabase) -> Iterator[SequenceReader]:
    reader = SequenceReader(database.engine)
    yield reader
    reader.close()


def test_every_commit_is_seen_at_once(database: SqlDatabase, reader: SequenceReader) -> None:
    for number in range(5):
        assert reader.position().seq == number
        with database.writing() as stores:
            stores.authority.advance([Change(ChangeKind.TOKEN, f"t{number}", NOW)])
            assert reader.position().seq == number
    with database.reading() as stores:
        assert reader.position() == stores.authority.position()
    assert reader.position().seq == 5


def test_it_needs_no_connection_of_the_pool(database_url: str) -> None:
    with opened(database_url, EngineOptions(pool_size=1, pool_wait=0.05)) as database:
        reader = SequenceReader(database.engine)
        with database.reading() as stores:
            assert stores.authority.position().seq == reader.position().seq == 0
        reader.close()


def test_threads_may_share_it(reader: SequenceReader) -> None:
    assert race(8, lambda _: [reader.position() for _ in range(20)]) == [[Position(0, "")] * 20] * 8


def test_it_can_be_closed_and_asked_again(reader: SequenceReader) -> None:
    assert reader.position().seq == 0
    reader.close()
    reader.close()
    assert reader.position().seq == 0


def test_a_connection_that_died_is_replaced_without_an_outage(
    postgresql_database: SqlDatabase,
) -> None:
    reader = SequenceReader(postgresql_database.engine)
    assert reader.position().seq == 0
    with postgresql_database.connection_for_writing() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                # Not a worker of the server itself that just cleans up, nor whoever empties the
                # database after the test: nobody may end those.
                " AND backend_type = 'client backend' AND usename = current_user"
            )
        )
    assert reader.position().seq == 0
    reader.close()


def test_a_missing_database_is_an_outage(sqlite_url: str) -> None:
    with opened(sqlite_url + ".other") as database:
        reader = SequenceReader(database.engine)
        with pytest.raises(StorageUnavailable, match="SQLITE_CANTOPEN"):
            reader.position()
        reader.close()


def test_it_reads_the_sequence_of_its_issuer(database: SqlDatabase) -> None:
    with database.connection_for_writing() as connection:
        connection.execute(
            text("INSERT INTO authority (issuer_id, seq, kept_from) VALUES (2, 41, 1)")
        )
    reader = SequenceReader(database.engine, issuer_id=2)
    assert reader.position() == Position(41, "")
    reader.close()
