"""With a hundred thousand tokens and a million records, nothing is read from end to end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.domain.audit import Outcome
from authserver.domain.audit_records import AuditQuery
from authserver.domain.call_counts import LEGACY, CallField, CallSearch
from authserver.domain.pages import Page, Place
from authserver.domain.roles import Role
from authserver.domain.searches import (
    ApiTokenSort,
    ClientSearch,
    GrantSearch,
    SessionSearch,
    UserSearch,
    UserSort,
)
from authserver.domain.users import UserStatus
from authserver.services.dashboard import DashboardService
from tests.databases import opened
from tests.doubles import FakeClock
from tests.scale.bulk import fill
from tests.scale.watching import Watch
from tests.storage.examples import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from authserver.storage.database import SqlDatabase
    from authserver.storage.stores import SqlStores

    Question = Callable[[SqlStores], Any]

DAY: Final = 86_400.0
MOST_STATEMENTS: Final = 30
"""Of the first page, which asks the most; each number asks first whether few are meant."""

LIVE: Final[dict[str, Any]] = {"status": ApiTokenStatus.ENABLED, "live_at": NOW}
QUESTIONS: Final[dict[str, Question]] = {
    "tokens, newest": lambda s: s.api_tokens.listed(ApiTokenFilter()),
    "tokens, ending soon": lambda s: s.api_tokens.listed(
        ApiTokenFilter(**LIVE, expires_before=NOW + 30 * DAY),
        sort=ApiTokenSort.EXPIRES,
        descending=False,
    ),
    "tokens, stale": lambda s: s.api_tokens.listed(
        ApiTokenFilter(**LIVE, unused_since=NOW - 80 * DAY)
    ),
    "tokens of an owner": lambda s: s.api_tokens.listed(ApiTokenFilter(owner="user:77")),
    "tokens by a rare word": lambda s: s.api_tokens.listed(ApiTokenFilter(text="e4711")),
    "tokens by a common word": lambda s: s.api_tokens.listed(ApiTokenFilter(text="export")),
    "tokens by two words": lambda s: s.api_tokens.listed(ApiTokenFilter(text="team7 export")),
    "users, by name": lambda s: s.users.page(UserSearch()),
    "users, newest": lambda s: s.users.page(UserSearch(), sort=UserSort.CREATED, descending=True),
    "users, disabled": lambda s: s.users.page(UserSearch(status=UserStatus.DISABLED)),
    "users by a common word": lambda s: s.users.page(UserSearch(text="person")),
    "users by a rare word": lambda s: s.users.page(UserSearch(text="p4711")),
    "auditors": lambda s: s.users.page(UserSearch(role=Role.AUDITOR)),
    "owners": lambda s: s.users.page(UserSearch(role=Role.OWNER)),
    "clients": lambda s: s.clients.page(ClientSearch()),
    "grants, live": lambda s: s.grants.page(GrantSearch(live_at=NOW)),
    "grants of a client": lambda s: s.grants.page(GrantSearch(client_id="c7", live_at=NOW)),
    "sessions, live": lambda s: s.sessions.page(SessionSearch(live_at=NOW)),
    "records, newest": lambda s: s.audit.search(AuditQuery(limit=50)),
    "records, refused": lambda s: s.audit.search(
        AuditQuery(action="call.denied", since=NOW - DAY, outcome=Outcome.REFUSED, limit=50)
    ),
    "records, by reason": lambda s: s.audit.search(
        AuditQuery(action="call.denied", reason="read-only", since=NOW - DAY, limit=50)
    ),
    "records of a client": lambda s: s.audit.search(AuditQuery(client_id="c7", limit=50)),
    "calls of a day": lambda s: s.call_counts.page(CallSearch(NOW - DAY)),
    "calls, refused": lambda s: s.call_counts.page(CallSearch(outcome="refused")),
    "calls, legacy": lambda s: (s.call_counts.page(CallSearch(ways=LEGACY)),),
    "how many calls": lambda s: s.call_counts.total(CallSearch(), at_most=2_000),
    "how many legacy calls": lambda s: s.call_counts.total(
        CallSearch(NOW - 30 * DAY, ways=LEGACY), at_most=2_000
    ),
    "calls of a client": lambda s: s.call_counts.sums(
        CallSearch(NOW - 30 * DAY, client_id="c7"), [CallField.WAY]
    ),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def big(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A database of a big installation; all tests of this module look at it."""
    if request.param == "sqlite":
        databases = request.getfixturevalue("sqlite_databases")
        url = databases.copy_to(tmp_path_factory.mktemp("big") / "authserver.db")
        with opened(url) as database:
            fill(database)
            yield database
        return
    databases = request.getfixturevalue("postgres_databases")
    name = databases.take()
    with opened(databases.cluster.url(name)) as database:
        fill(database)
        yield database
    databases.cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")


def told(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Timings are reported, never asserted."""
    with capsys.disabled():
        print(text)  # noqa: T201 - a report for whoever runs this


@pytest.mark.slow
def test_no_page_reads_a_big_table_from_end_to_end(
    big: SqlDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    offences = {}
    for name, question in QUESTIONS.items():
        with Watch(big) as watch, big.reading() as stores:
            started = time.monotonic()
            found = question(stores)
            seconds = time.monotonic() - started
        assert found, name
        told(capsys, f"{big.engine.dialect.name}: {name}: {seconds * 1000:.1f} ms")
        assert len(watch.statements) <= 8, name
        if watch.offences():
            offences[name] = watch.offences()
    assert offences == {}


@pytest.mark.slow
def test_the_last_page_takes_no_more_statements_than_the_first(big: SqlDatabase) -> None:
    late = Place(("p99999",))
    with Watch(big) as watch, big.reading() as stores:
        page: Page[Any] = stores.users.page(UserSearch(), after=late)
    assert page.next_place is None
    assert watch.offences() == []


@pytest.mark.slow
def test_the_first_page_of_all_reads_no_big_table_from_end_to_end(
    big: SqlDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    service = DashboardService(big, FakeClock(NOW))
    with Watch(big) as watch:
        started = time.monotonic()
        found = service.look()
        seconds = time.monotonic() - started
    told(capsys, f"{big.engine.dialect.name}: dashboard: {seconds * 1000:.1f} ms")
    assert found.refusals
    assert len(watch.statements) <= MOST_STATEMENTS
    assert watch.offences() == []
