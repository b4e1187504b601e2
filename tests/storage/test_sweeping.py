"""Expired rows go, the others stay, and nobody waits."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.gateways import Gateway, SessionCookies
from authserver.domain.tokens import FAR_AHEAD_SECONDS, latest_end
from authserver.storage.rows.assertions import assertion_uses
from authserver.storage.sweeping import (
    BATCH_ROWS,
    HISTORY_SECONDS,
    PAUSE_SECONDS,
    SKEW_SECONDS,
    SWEPT,
    Sweeper,
)
from tests.doubles import FakeClock
from tests.storage.examples import NOW, client, resource, secret

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

LONG_AGO = NOW - SKEW_SECONDS
"""What expired then goes; what expired a moment later stays."""
USED_LONG_AGO = NOW - FAR_AHEAD_SECONDS
"""The same for used assertions."""

FILL = {
    "sqlite": (
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers"
        " WHERE n < :rows) INSERT INTO assertion_uses"
        " SELECT 1, 'c' || (n % 100), randomblob(32), 1000.0 + n * 0.001 FROM numbers"
    ),
    "postgresql": (
        "INSERT INTO assertion_uses SELECT 1, 'c' || (n % 100), sha256(n::text::bytea),"
        " 1000.0 + n * 0.001 FROM generate_series(1, :rows) AS n"
    ),
}


def swept(database: SqlDatabase, clock: FakeClock | None = None) -> dict[str, int]:
    counts = Sweeper(database, clock or FakeClock(NOW), batch_rows=3).sweep()
    return {name: count for name, count in counts.items() if count}


def test_what_a_clock_far_ahead_swept_counts_for_an_hour_after_it_is_right(
    database: SqlDatabase,
) -> None:
    year = 365 * 86_400
    with database.writing() as stores:
        stores.authority.advance([Change(ChangeKind.TOKEN, "token-1", LONG_AGO + year)])
        stores.authority.advance([Change(ChangeKind.CLIENT, "client-1", 0.0)])
    assert swept(database, FakeClock(NOW + year)) == {"authority_changes": 1}
    for seconds in (0, 1800):
        swept(database, FakeClock(NOW + seconds))
        with database.reading() as stores:
            assert stores.authority.horizon(NOW + seconds) == latest_end(NOW)


def test_what_has_expired_goes_and_the_rest_stays(database: SqlDatabase) -> None:
    with database.writing() as stores:
        for number in range(10):
            stores.assertions.spend("c1", f"old-{number}", USED_LONG_AGO - number)
        stores.assertions.spend("c1", "fresh", USED_LONG_AGO + 0.001)
        # Many rows of one window expire at one moment.
        stores.failures.add([f"k{number}" for number in range(10)], NOW - 900, LONG_AGO)
        stores.failures.add(["k1"], NOW, NOW + 60)
    assert swept(database) == {"assertion_uses": 10, "failures": 10}
    assert swept(database) == {}
    with database.writing() as stores:
        assert not stores.assertions.spend("c1", "fresh", NOW)
        assert stores.assertions.spend("c1", "old-1", NOW)
        assert stores.failures.counts(["k1"], NOW) == {"k1": 1}


def test_rows_go_in_small_batches_with_pauses(database: SqlDatabase) -> None:
    clock = FakeClock(NOW)
    with database.writing() as stores:
        for number in range(7):
            stores.assertions.spend("c1", f"old-{number}", USED_LONG_AGO)
    assert swept(database, clock) == {"assertion_uses": 7}
    assert clock.slept == [PAUSE_SECONDS, PAUSE_SECONDS]


def test_sweeping_stops_when_told(database: SqlDatabase) -> None:
    answers = iter([True, True, False])
    with database.writing() as stores:
        for number in range(9):
            stores.assertions.spend("c1", f"old-{number}", USED_LONG_AGO)
    counts = Sweeper(database, FakeClock(NOW), batch_rows=3).sweep(lambda: next(answers, False))
    assert counts["assertion_uses"] == 6
    assert swept(database) == {"assertion_uses": 3}


def test_the_authority_knows_up_to_where_changes_are_missing(database: SqlDatabase) -> None:
    token = ChangeKind.TOKEN
    with database.writing() as stores:
        stores.authority.advance(
            [
                Change(token, "1", NOW + 600),
                Change(token, "2", LONG_AGO),
                Change(token, "3", LONG_AGO - 9),
                Change(token, "4", NOW + 600),
            ]
        )
    assert swept(database) == {"authority_changes": 2}
    with database.reading() as stores:
        assert stores.authority.kept_from() == 4
        assert [each.position.seq for each in stores.authority.since(3)] == [4]
        # A denial that still matters is loaded, however old.
        assert [each.value for each in stores.authority.denials(NOW)] == ["1", "4"]
        assert stores.authority.position().seq == 4
    with database.writing() as stores:
        stores.authority.advance([Change(token, "5", NOW), Change(token, "6", NOW + 600)])
    assert swept(database) == {}
    assert swept(database, FakeClock(NOW + 400)) == {"authority_changes": 1}
    with database.reading() as stores:
        assert stores.authority.kept_from() == 6


def test_the_mark_of_missing_changes_never_moves_back(database: SqlDatabase) -> None:
    token = ChangeKind.TOKEN
    with database.writing() as stores:
        stores.authority.advance([Change(token, "1", NOW), Change(token, "2", LONG_AGO)])
        stores.authority.advance([Change(token, "3", NOW + 600)])
    swept(database)
    swept(database, FakeClock(NOW + 400))
    with database.reading() as stores:
        assert stores.authority.kept_from() == 3
        assert [each.position.seq for each in stores.authority.since(0)] == [3]


def test_the_latest_end_of_a_swept_denial_is_remembered(database: SqlDatabase) -> None:
    token, client_changed = ChangeKind.TOKEN, ChangeKind.CLIENT
    with database.writing() as stores:
        assert stores.authority.horizon(NOW) <= 0
        stores.authority.advance(
            [
                Change(token, "1", LONG_AGO - 9),
                Change(token, "2", LONG_AGO - 1),
                Change(token, "3", LONG_AGO - 5),
                # Nobody is denied by these, however late they are swept.
                Change(client_changed, "c", LONG_AGO),
                Change(token, "4", NOW + 600),
            ]
        )
    assert swept(database) == {"authority_changes": 4}
    with database.writing() as stores:
        # By a clock that was set back.
        assert stores.authority.horizon(LONG_AGO - 1000) == LONG_AGO - 1
        assert stores.authority.horizon(NOW) == LONG_AGO - 1
        assert stores.authority.horizon(NOW + 600) == NOW + 600
        stores.authority.advance([Change(token, "5", LONG_AGO - 7), Change(token, "6", NOW + 600)])
    assert swept(database) == {"authority_changes": 1}
    with database.reading() as stores:
        assert stores.authority.horizon(0) == LONG_AGO - 1


def test_the_last_change_stays_for_its_stamp(database: SqlDatabase) -> None:
    for number in range(5):
        with database.writing() as stores:
            stores.authority.advance([Change(ChangeKind.CLIENT, f"c{number}", 0.0)])
    with database.reading() as stores:
        position = stores.authority.position()
    assert swept(database) == {"authority_changes": 4}
    assert swept(database) == {}
    with database.reading() as stores:
        assert stores.authority.position() == position
        assert stores.authority.kept_from() == 5


def test_expired_secrets_stay_visible_for_a_while(database: SqlDatabase) -> None:
    gone, visible = NOW - HISTORY_SECONDS, NOW - HISTORY_SECONDS + 1
    with database.writing() as stores:
        stores.clients.add(
            client(
                secrets=(
                    secret("gone", expires_at=gone),
                    secret("visible", expires_at=visible),
                    secret("live"),
                )
            )
        )
        stores.resources.add(resource())
        stores.resources.add_credential("jira-main", "introspection", secret("r1", expires_at=gone))
        edge = Gateway("edge", "jira-main", SessionCookies.BLOCK, (), NOW)
        stores.gateways.add(replace(edge, keys=(secret("g1", expires_at=gone), secret("g2"))))
    assert swept(database) == {"client_secrets": 1, "resource_credentials": 1, "gateway_keys": 1}
    with database.reading() as stores:
        found = stores.clients.get("ci-reader")
    assert found is not None
    assert {each.secret_id for each in found.secrets} == {"visible", "live"}


def test_every_expiring_table_is_swept(database: SqlDatabase) -> None:
    statement = {
        "sqlite": (
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND c.name = 'expires_at'"
        ),
        "postgresql": (
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'expires_at'"
        ),
    }[database.engine.dialect.name]
    with database.connection_for_reading() as connection:
        expiring = set(connection.scalars(text(statement)))
    assert expiring == {each.name for each in SWEPT} - {"ended grants", "exchanged grants"}


def test_a_row_that_is_in_use_is_left_for_the_next_time(postgresql_database: SqlDatabase) -> None:
    with postgresql_database.writing() as stores:
        stores.failures.add(["a", "b"], NOW - 900, LONG_AGO)
    with postgresql_database.writing() as stores:
        stores.failures.add(["a"], NOW - 900, LONG_AGO)
        assert swept(postgresql_database) == {"failures": 1}
    assert swept(postgresql_database) == {"failures": 1}


def test_one_batch_deletes_no_more_than_its_limit(database: SqlDatabase) -> None:
    with database.connection_for_writing() as connection:
        connection.execute(text(FILL[connection.dialect.name]), {"rows": 5 * BATCH_ROWS})
    with database.connection_for_writing() as connection:
        assert SWEPT[0].delete_batch(connection, NOW, BATCH_ROWS) == BATCH_ROWS
    with database.connection_for_reading() as connection:
        oldest = connection.execute(select(func.min(assertion_uses.c.expires_at))).scalar_one()
    assert oldest == pytest.approx(1000.0 + (BATCH_ROWS + 1) * 0.001)


class RealClock(FakeClock):
    """Pauses that are real, so that others can write in them."""

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def sweep_beside_a_writer(database: SqlDatabase, rows: int) -> list[float]:
    """Seconds that each of a writer's transactions took while `rows` rows were swept."""
    with database.connection_for_writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(FILL[connection.dialect.name]), {"rows": rows})
    waits: list[float] = []
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            started = time.monotonic()
            with database.writing() as stores:
                assert stores.assertions.spend("writer", str(len(waits)), NOW + 60)
            waits.append(time.monotonic() - started)
            time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = Sweeper(database, RealClock(NOW)).sweep()
    finally:
        done.set()
        writer.join()
    assert counts["assertion_uses"] == rows
    with database.connection_for_reading() as connection:
        left = connection.execute(select(func.count()).select_from(assertion_uses)).scalar_one()
    assert left == len(waits)
    return waits


def test_a_writer_goes_on_while_rows_are_swept(database: SqlDatabase) -> None:
    waits = sweep_beside_a_writer(database, 5_000)
    # At least one write found its turn for each batch but the first: nobody is starved.
    assert len(waits) >= 5_000 // BATCH_ROWS


@pytest.mark.slow
def test_a_million_rows_are_swept_while_a_writer_goes_on(
    database: SqlDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    waits = sorted(sweep_beside_a_writer(database, 1_000_000))
    median, p99, worst = (
        1000 * waits[min(len(waits) - 1, int(len(waits) * share))] for share in (0.5, 0.99, 1.0)
    )
    with capsys.disabled():
        sys.stdout.write(
            f"\n{database.engine.dialect.name}: {len(waits)} writes beside the sweep waited"
            f" {median:.1f} ms (median), {p99:.1f} ms (p99), {worst:.1f} ms (worst)\n"
        )
    assert len(waits) >= 1_000_000 // BATCH_ROWS
