"""Steps that make indexes beside others' work, stopped half-way: the next run ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from tests.storage.test_people_migration import run, step

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

BEFORE: Final = "0019"
TABLES: Final = ("group_members", "provider_group_members", "call_counts")
LEFT: Final = (
    # As if the second table was never come to, and these were begun on by a step that is gone.
    "DROP INDEX ix_group_members_issuer_id_subject",
    "CREATE INDEX ix_group_members_issuer_id_subject_group_name ON group_members (issuer_id)",
    "CREATE INDEX ix_call_counts_issuer_id_way_hour ON call_counts (issuer_id)",
)


def made(database: SqlDatabase) -> dict[str, list[tuple[str | None, list[str | None]]]]:
    """Indexes by table, with their columns."""
    inspector = inspect(database.engine)
    return {
        table: sorted((each["name"], each["column_names"]) for each in inspector.get_indexes(table))
        for table in TABLES
    }


def test_an_upgrade_that_was_stopped_is_completed_by_the_next(database: SqlDatabase) -> None:
    whole = made(database)
    step(database, BEFORE, back=True)
    for statement in LEFT:
        run(database, statement)
    step(database, "head")
    assert made(database) == whole
    with database.connection_for_reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM search_word_looks")) == 0


def test_a_way_back_that_was_stopped_is_completed_by_the_next(database: SqlDatabase) -> None:
    step(database, BEFORE, back=True)
    before = made(database)
    step(database, "head")
    run(database, "DROP INDEX ix_call_counts_issuer_id_reason_hour")
    step(database, BEFORE, back=True)
    assert made(database) == before
    assert not inspect(database.engine).has_table("search_word_looks")
