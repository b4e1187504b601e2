"""Ten thousand API tokens stopped at once, on both databases."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import event, insert

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.services.administration import Administration
from authserver.services.api_token_bulk import ApiTokenBulk, OtherTokens
from authserver.services.commit_barrier import CommitBarrier
from authserver.storage.api_token_values import own_values
from authserver.storage.rows.api_tokens import api_tokens
from tests.databases import opened
from tests.doubles import FakeClock
from tests.services.collaborators import NumberedSecrets
from tests.services.world import ADMIN
from tests.storage.api_token_examples import api_token
from tests.storage.examples import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.storage.database import SqlDatabase

MANY: Final = 10_000
WHERE: Final = "client=zapier and (network in 192.0.2.0/24 or created<2025-01-01 or purpose~run)"
MOST_STATEMENTS: Final = 12


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[SqlDatabase]:
    with opened(request.getfixturevalue(f"{request.param}_url")) as found:
        yield found


def fill(database: SqlDatabase, count: int) -> None:
    values = [
        {
            "issuer_id": 1,
            "token_id": f"t{number:05}",
            **own_values(api_token(f"t{number:05}", expires_at=NOW + 10**8)),
            "last_network": "",
            "last_agent": "",
        }
        for number in range(count)
    ]
    with database.engine.begin() as connection:
        connection.execute(insert(api_tokens), values)


def bulk_on(database: SqlDatabase) -> ApiTokenBulk:
    clock = FakeClock()
    clock.set_now(NOW)
    return ApiTokenBulk(
        administration=Administration(database=database, clock=clock, barrier=CommitBarrier(clock)),
        secret_maker=NumberedSecrets(),
    )


def stopped(database: SqlDatabase, count: int) -> tuple[int, float]:
    """How many statements it takes to revoke `count` tokens, and how many seconds."""
    fill(database, count)
    bulk = bulk_on(database)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    start = time.monotonic()
    plan = bulk.plan(WHERE, ApiTokenStatus.REVOKED)
    result = bulk.act(plan, ADMIN, where=WHERE)
    took = time.monotonic() - start
    event.remove(database.engine, "before_cursor_execute", note)
    assert plan.count == len(result.tokens) == count
    with database.reading() as stores:
        revoked = ApiTokenFilter(status=ApiTokenStatus.REVOKED)
        assert stores.api_tokens.count(revoked) == count
    return len(statements), took


def test_the_number_of_statements_does_not_depend_on_that_of_tokens(database: SqlDatabase) -> None:
    assert stopped(database, 50)[0] <= MOST_STATEMENTS


@pytest.mark.slow
@pytest.mark.feature(15)
def test_ten_thousand_tokens_take_as_few_statements(database: SqlDatabase) -> None:
    statements, took = stopped(database, MANY)
    assert statements <= MOST_STATEMENTS
    print(f"{MANY} tokens revoked with {statements} statements in {took:.2f} s")  # noqa: T201 - reported, never asserted


def wait_for_a_lock(database: SqlDatabase) -> None:
    """Until somebody at this database waits for somebody else."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    until = time.monotonic() + 30
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.exec_driver_sql(waiting).scalar_one():
            assert time.monotonic() < until
            time.sleep(0.005)


@pytest.mark.parametrize("is_agreed", [False, True])
def test_a_token_is_not_saved_by_being_rotated_while_all_are_stopped(
    postgresql_url: str, *, is_agreed: bool
) -> None:
    with opened(postgresql_url) as database, ThreadPoolExecutor(1) as pool:
        fill(database, 2)
        bulk = bulk_on(database)
        plan = bulk.plan("client=zapier", ApiTokenStatus.REVOKED)
        seen = plan.digest if is_agreed else ""
        with database.writing() as stores:
            rotated = stores.api_tokens.get("t00001")
            assert rotated is not None
            stores.api_tokens.save(replace(rotated, successor_id="new"))
            stores.api_tokens.add(api_token("new", expires_at=NOW + 10**8))
            acting = pool.submit(bulk.act, plan, ADMIN, seen=seen)
            wait_for_a_lock(database)
        if is_agreed:
            with pytest.raises(OtherTokens):
                acting.result()
        else:
            ids = [each.token_id for each in acting.result().tokens]
            assert ids == ["new", "t00000", "t00001"]
        with database.reading() as stores:
            live = stores.api_tokens.count(ApiTokenFilter(live_at=NOW))
        assert live == (3 if is_agreed else 0)
