"""What people leave behind goes at its time: visible things late, the rest soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from authserver.domain.authorization_requests import ANSWER_AGAIN_SECONDS
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.tokens import FAR_AHEAD_SECONDS
from authserver.storage.database import SqlDatabase
from authserver.storage.ended_grants import EndedGrants
from authserver.storage.sweeping import HISTORY_SECONDS, SKEW_SECONDS, Sweeper
from tests.doubles import FakeClock
from tests.storage.examples import NOW
from tests.storage.people_examples import (
    asked,
    code,
    consent,
    delivery,
    device,
    grant,
    initial_token,
    pushed,
    refresh_token,
    registration,
    request,
    session,
)
from tests.storage.provider_examples import attempt, upstream_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.storage.stores import SqlStores

LATER = NOW + 50 * 86_400
"""When most of what is added here is over."""


def swept(database: SqlDatabase, now: float, batch_rows: int = 3) -> dict[str, int]:
    counts = Sweeper(database, FakeClock(now), batch_rows=batch_rows).sweep()
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize(
    ("table", "add", "keep"),
    [
        (
            "authorization_requests",
            lambda stores, end: stores.authorization_requests.add(request(expires_at=end)),
            SKEW_SECONDS,
        ),
        (
            "pushed_requests",
            lambda stores, end: stores.authorization_requests.push(pushed(expires_at=end)),
            SKEW_SECONDS,
        ),
        ("grants", lambda stores, end: stores.grants.add(grant(expires_at=end)), HISTORY_SECONDS),
        (
            "authorization_codes",
            lambda stores, end: stores.grants.add_code(code(expires_at=end)),
            SKEW_SECONDS,
        ),
        (
            "refresh_tokens",
            lambda stores, end: stores.grants.add_refresh_token(refresh_token(expires_at=end)),
            SKEW_SECONDS,
        ),
        (
            "sessions",
            lambda stores, end: stores.sessions.add(session(expires_at=end)),
            HISTORY_SECONDS,
        ),
        (
            "device_authorizations",
            lambda stores, end: stores.devices.add(device(expires_at=end)),
            SKEW_SECONDS,
        ),
        (
            "initial_access_tokens",
            lambda stores, end: stores.registrations.add_initial(initial_token(expires_at=end)),
            HISTORY_SECONDS,
        ),
        (
            "logout_deliveries",
            lambda stores, end: stores.logout_deliveries.add(delivery(expires_at=end)),
            FAR_AHEAD_SECONDS,
        ),
        (
            "upstream_sign_ins",
            lambda stores, end: stores.upstream_sign_ins.add(attempt(expires_at=end)),
            SKEW_SECONDS,
        ),
        (
            "upstream_sessions",
            lambda stores, end: stores.upstream_sign_ins.put_session(
                upstream_session(expires_at=end)
            ),
            SKEW_SECONDS,
        ),
        (
            "upstream_logouts",
            lambda stores, end: stores.upstream_sign_ins.spend_logout("okta", "jti", end),
            FAR_AHEAD_SECONDS,
        ),
    ],
)
def test_each_kind_stays_for_its_time(
    database: SqlDatabase, table: str, add: Callable[[SqlStores, float], None], keep: float
) -> None:
    with database.writing() as stores:
        add(stores, LATER)
    assert swept(database, LATER + keep - 1) == {}
    assert swept(database, LATER + keep) == {table: 1}


def test_a_finished_request_goes_soon(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.authorization_requests.add(request(expires_at=LATER))
        stores.authorization_requests.finish("request-1", at=NOW, sealed_answer=b"")
    gone = NOW + ANSWER_AGAIN_SECONDS + SKEW_SECONDS
    assert swept(database, gone - 1) == {}
    assert swept(database, gone) == {"authorization_requests": 1}


def test_an_ended_session_is_shown_for_a_while_after_its_end(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.sessions.add(session(expires_at=LATER))
        stores.sessions.end(NOW, session_id="session-1")
    assert swept(database, NOW + HISTORY_SECONDS - 1) == {}
    assert swept(database, NOW + HISTORY_SECONDS) == {"sessions": 1}


def test_what_expired_before_it_was_ended_is_shown_no_longer_for_that(
    database: SqlDatabase,
) -> None:
    with database.writing() as stores:
        stores.sessions.add(session(expires_at=NOW))
        stores.sessions.end(NOW + 60, session_id="session-1")
        stores.grants.add(grant(expires_at=NOW))
        stores.grants.end(GrantFilter(), GrantEnd.LOGOUT, NOW + 60)
    counts = swept(database, NOW + HISTORY_SECONDS)
    assert counts == {"sessions": 1, "grants": 1, "ended grants": 1}


def test_a_used_code_and_token_stay_as_long_as_their_grant_lives(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.grants.add(grant(expires_at=LATER))
        for each in (code("spent"), code("unspent")):
            stores.grants.add_code(each)
        stores.grants.add_refresh_token(refresh_token("first"))
        stores.grants.add_refresh_token(refresh_token("leaf", generation=2, expires_at=LATER - 9))
        stores.grants.spend_code(asked("spent"), NOW)
        stores.grants.supersede(refresh_token("first"), at=NOW, sealed_successor=b"s")
    assert swept(database, LATER - 10) == {"authorization_codes": 1}
    with database.reading() as stores:
        assert stores.grants.find_code(asked("spent")) is not None
        assert stores.grants.find_refresh_token(asked("first")) is not None
    assert swept(database, LATER + SKEW_SECONDS) == {"authorization_codes": 1, "refresh_tokens": 2}
    with database.reading() as stores:
        assert stores.grants.get("grant-1") is not None


def family(stores: SqlStores, grant_id: str, members: int) -> None:
    """A grant with a spent code and superseded tokens."""
    stores.grants.add(grant(grant_id, expires_at=LATER))
    stores.grants.add_code(code(f"code of {grant_id}", grant_id=grant_id))
    stores.grants.spend_code(asked(f"code of {grant_id}"), NOW)
    for number in range(1, members + 1):
        token = refresh_token(f"{grant_id} {number}", grant_id=grant_id, generation=number)
        stores.grants.add_refresh_token(token)
        stores.grants.supersede(token, at=NOW, sealed_successor=b"s")


def left(database: SqlDatabase) -> dict[str, int]:
    """Refresh tokens and codes together, by grant."""
    with database.connection_for_reading() as connection:
        rows = connection.execute(
            text(
                "SELECT grant_id, count(*) FROM (SELECT grant_id FROM refresh_tokens UNION ALL"
                " SELECT grant_id FROM authorization_codes) AS remains GROUP BY grant_id"
            )
        ).all()
    return {row[0]: row[1] for row in rows}


def test_an_ended_grant_leaves_no_codes_and_tokens_but_is_shown(database: SqlDatabase) -> None:
    with database.writing() as stores:
        for grant_id, members in (("grant-1", 7), ("grant-2", 0), ("grant-3", 2)):
            family(stores, grant_id, members)
        stores.grants.end(GrantFilter(grant_id="grant-1"), GrantEnd.REFRESH_REUSED, NOW)
        stores.grants.end(GrantFilter(grant_id="grant-2"), GrantEnd.REVOKED_BY_USER, NOW)
    assert swept(database, NOW + SKEW_SECONDS - 1) == {}
    # Eight rows of one grant, one of the other, and two grants that are clear now.
    assert swept(database, NOW + SKEW_SECONDS) == {"ended grants": 11}
    assert left(database) == {"grant-3": 3}
    assert swept(database, NOW + SKEW_SECONDS + 60) == {}
    assert swept(database, NOW + HISTORY_SECONDS)["grants"] == 2


def test_the_families_of_several_issuers_are_cleared(database: SqlDatabase) -> None:
    other = SqlDatabase(database.engine, issuer_id=2)
    for each in (database, other):
        with each.writing() as stores:
            family(stores, "grant-1", 1)
    with other.writing() as stores:
        stores.grants.end(GrantFilter(), GrantEnd.LOGOUT, NOW)
    assert swept(database, NOW + SKEW_SECONDS) == {"ended grants": 3}
    assert left(database) == {"grant-1": 2}
    with database.writing() as stores:
        stores.grants.end(GrantFilter(), GrantEnd.LOGOUT, NOW)
    assert swept(database, NOW + SKEW_SECONDS) == {"ended grants": 3}
    assert left(database) == {}


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_one_batch_clears_no_more_rows_than_its_limit(database: SqlDatabase, limit: int) -> None:
    with database.writing() as stores:
        for grant_id in ("grant-1", "grant-2"):
            family(stores, grant_id, 4)
        stores.grants.end(GrantFilter(), GrantEnd.LOGOUT, NOW)
    counts: list[int] = []
    while not counts or counts[-1]:
        before = sum(left(database).values())
        with database.connection_for_repeating() as connection:
            counts.append(EndedGrants(SKEW_SECONDS).delete_batch(connection, LATER, limit))
        assert before - sum(left(database).values()) <= limit
    assert sum(counts) == 12
    assert left(database) == {}


def test_a_token_in_use_does_not_hold_the_sweeper_up(postgresql_database: SqlDatabase) -> None:
    with postgresql_database.writing() as stores:
        family(stores, "grant-1", 2)
        stores.grants.end(GrantFilter(), GrantEnd.LOGOUT, NOW)
    with postgresql_database.writing() as stores:
        assert stores.grants.find_refresh_token(asked("grant-1 1")) is not None
        assert swept(postgresql_database, NOW + SKEW_SECONDS) == {"ended grants": 3}
    # It goes when it expires by itself: its row's time was over with the grant's.
    assert left(postgresql_database) == {"grant-1": 1}
    assert swept(postgresql_database, LATER + SKEW_SECONDS)["refresh_tokens"] == 1


def test_what_does_not_expire_stays(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.consents.put(consent())
        stores.registrations.add(registration())
    assert swept(database, LATER + 1000 * HISTORY_SECONDS) == {}
    with database.reading() as stores:
        assert stores.consents.list("user:ada") == [consent()]
        assert stores.registrations.get("dynamic-1") == registration()


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (
            "SELECT 1 FROM grants WHERE ended_at IS NOT NULL AND NOT is_cleared AND ended_at <= 5",
            "ix_grants_uncleared",
        ),
        (
            "SELECT 1 FROM grants WHERE issuer_id = 1 AND subject = 'x'",
            "ix_grants_issuer_id_subject",
        ),
        (
            "SELECT 1 FROM grants WHERE expires_at <= 5 AND origin = 'x' ORDER BY expires_at",
            "ix_grants_origin_expires_at",
        ),
        (
            "SELECT 1 FROM refresh_tokens WHERE issuer_id = 1 AND pepper_id = 'p' AND digest = 'x'",
            "ix_refresh_tokens_issuer_id_digest",
        ),
        (
            "SELECT 1 FROM sessions WHERE issuer_id = 1 AND (digest = 'x' OR digest = 'y')",
            "ix_sessions_issuer_id_digest",
        ),
    ],
)
def test_questions_that_are_asked_often_have_an_index(
    sqlite_database: SqlDatabase, question: str, index: str
) -> None:
    with sqlite_database.connection_for_reading() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {question}")).all()
    assert index in str(plan)
