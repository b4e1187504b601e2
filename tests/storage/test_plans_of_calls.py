"""Counts of calls are found by indexes, however rare those are that are asked for."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.call_counts import HOUR_SECONDS, LEGACY, CallSearch, hour_of
from authserver.domain.pages import Place
from authserver.storage.rows.call_counts import call_counts, caller_counts
from tests.scale.bulk import make
from tests.scale.watching import Watch
from tests.storage.calls import call, count
from tests.storage.examples import NOW
from tests.storage.test_plans_of_lists import plans

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

HOURS: Final = 1000
CALLERS: Final = 20
HOUR: Final = hour_of(NOW)
RARE_AT: Final = HOUR - 700 * HOUR_SECONDS
"""Long ago, with many hours since in which others called."""
KINDS: Final = (
    (CallSearch(ways=LEGACY), "way"),
    (CallSearch(ways=frozenset({"basic"})), "way"),
    (CallSearch(outcome="refused"), "outcome"),
    (CallSearch(reason="read-only"), "reason"),
    (CallSearch(resource="https://wiki.example.org"), "resource"),
    (CallSearch(ways=LEGACY, outcome="refused", reason="read-only"), "(way|outcome|reason)"),
)
CALLER: Final = (
    (CallSearch(client_id="rare"), "client_id"),
    (CallSearch(subject="user:rare"), "subject"),
    (CallSearch(client_id="rare", subject="user:rare", outcome="refused"), "(client_id|subject)"),
)


@pytest.fixture
def database(database: SqlDatabase) -> SqlDatabase:
    """With one call unlike all others."""
    rare = call(
        way="basic",
        reason="read-only",
        resource="https://wiki.example.org",
        client_id="rare",
        subject="user:rare",
        at=RARE_AT,
    )
    others = {
        "hour": f"{HOUR!r} - (n % {HOURS}) * 3600.0",
        "key": "'k' || n",
        "resource": "'https://jira-' || (n % 10) || '.example.org'",
        "way": "'access-token'",
        "outcome": "'success'",
        "calls": "10",
    }
    count(database, [rare])
    with database.connection_for_writing() as connection:
        make(connection, call_counts, HOURS, others)
        own = {"client_id": "'c' || n", "subject": "'user:' || n"}
        make(connection, caller_counts, HOURS * CALLERS, others | own)
        for table in (call_counts, caller_counts):
            connection.exec_driver_sql(f"ANALYZE {table.name}")
    return database


def test_hours_of_a_kind_and_its_total_are_found_by_an_index(database: SqlDatabase) -> None:
    for (wanted, column), descending in product(KINDS, (True, False)):
        with Watch(database) as watch, database.reading() as stores:
            page = stores.call_counts.page(wanted, descending=descending)
            assert stores.call_counts.total(wanted, at_most=1000) == (1, True)
        assert [each.key.hour for each in page.items] == [RARE_AT]
        hours, counts, total = plans(database, watch)
        index = rf"ix_call_counts_issuer_id_{column}_hour\b"
        assert re.search(index, hours), hours
        assert re.search(index, total), total
        # Nothing of the many callers of other hours is read.
        assert is_of_hours(counts), counts


def is_of_hours(plan: str) -> bool:
    """Whether callers are looked for in hours that are named."""
    return "issuer_id=? AND hour=?" in plan or bool(
        re.search(r"Index Cond: .*\bhour = (ANY|')", plan) and "Seq Scan" not in plan
    )


def test_what_nobody_calls_by_is_looked_for_first(database: SqlDatabase) -> None:
    """One site has a tenth of all counts, one way on the average half of them."""
    wanted = CallSearch(ways=frozenset({"oauth1"}), resource="https://jira-3.example.org")
    with Watch(database) as watch, database.reading() as stores:
        assert not stores.call_counts.page(wanted).items
        assert stores.call_counts.total(wanted, at_most=1000) == (0, True)
    hours, _, total = plans(database, watch)
    for plan in (hours, total):
        assert "ix_call_counts_issuer_id_way_hour" in plan, plan


def test_counts_of_a_caller_are_found_by_an_index(database: SqlDatabase) -> None:
    for wanted, column in CALLER:
        with Watch(database) as watch, database.reading() as stores:
            page = stores.call_counts.page(wanted)
            assert stores.call_counts.total(wanted, at_most=1000) == (1, True)
        assert [each.key.hour for each in page.items] == [RARE_AT]
        for plan in plans(database, watch):
            assert re.search(rf"ix_caller_counts_issuer_id_{column}_hour\b", plan), plan


def test_a_page_of_what_is_common_reads_few_hours(database: SqlDatabase) -> None:
    wanted, after = CallSearch(outcome="success"), None
    for _ in range(3):
        with Watch(database) as watch, database.reading() as stores:
            page = stores.call_counts.page(wanted, after=after)
        assert len(page.items) == 50
        (named,) = (values for sql, values in watch.statements if "FROM caller_counts" in sql)
        # In SQLite by place, in PostgreSQL by name.
        values = named.values() if isinstance(named, dict) else named
        assert len({each for each in values if isinstance(each, float)}) <= 52
        after = page.next_place


def test_pages_go_on_within_an_hour(database: SqlDatabase) -> None:
    wanted, after, seen = CallSearch(outcome="success"), None, 0
    while seen < 3 * CALLERS:
        with database.reading() as stores:
            page = stores.call_counts.page(wanted, after=after, limit=7)
        for number, each in enumerate(page.items, seen):
            assert each.key.hour == HOUR - number // CALLERS * HOUR_SECONDS
        seen += len(page.items)
        after = page.next_place
        assert isinstance(after, Place)
