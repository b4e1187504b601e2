"""Each number of the first page is the length of the list behind it, on every database."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus, LastUse
from authserver.domain.call_counts import CallSearch
from authserver.domain.dashboard import Figure, Named
from authserver.domain.gateways import Gateway, SessionCookies
from authserver.domain.keys import KeyState
from authserver.domain.provider_documents import DocumentKind, ProviderDocument
from authserver.domain.searches import ClientSearch, GrantSearch, MailSearch, SessionSearch
from authserver.services.dashboard import DashboardService
from authserver.storage.database import SqlDatabase
from tests.doubles import FakeClock
from tests.memory_database import MemoryDatabase
from tests.storage.api_token_examples import api_token
from tests.storage.calls import call, count
from tests.storage.examples import NOW, client, key, resource, secret
from tests.storage.listed import DAY, fill
from tests.storage.people_examples import grant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.ports import Database, Stores

STORES = {
    ClientSearch: "clients",
    GrantSearch: "grants",
    MailSearch: "mails",
    SessionSearch: "sessions",
}
CALLS = [
    call(1, at=NOW - 60, subject="client:robot"),
    call(2, at=NOW - 60, subject="client:robot"),
    call(3, at=NOW - 3600 * 23, client_id="web", subject="user:ada"),
    call(4, at=NOW - 60, way="basic", client_id=""),
    call(5, at=NOW - 5 * DAY, way="anonymous", client_id=""),
    call(6, at=NOW - 31 * DAY, way="basic", client_id=""),
    call(7, at=NOW - 30, reason="insufficient-scope: read"),
    call(8, at=NOW - 30, reason="token-invalid: expired", client_id="", way=""),
    call(9, at=NOW - 20, reason="token-invalid: expired", client_id="", way=""),
    call(10, at=NOW - 3 * DAY, reason="read-only"),
]


def figures(value: Any) -> Iterator[Figure]:
    """Every number in there."""
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from figures(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from figures(getattr(value, each.name))


def length(stores: Stores, behind: Any) -> int:
    """How long the list is, page by page."""
    if isinstance(behind, Named):
        return len(behind.names)
    total, after = 0, None
    while True:
        if isinstance(behind, CallSearch):
            counts = stores.call_counts.page(behind, after=after, limit=2)
            total += sum(each.calls for each in counts.items)
            after = counts.next_place
        else:
            store: Any = getattr(stores, STORES.get(type(behind), "api_tokens"))
            turned = store.listed if isinstance(behind, ApiTokenFilter) else store.page
            page = turned(behind, after=after, limit=2)
            total += len(page.items)
            after = page.next_place
        if after is None:
            return total


def add_more(stores: Stores) -> None:
    stores.resources.add(resource())
    for name, expires_at in (("edge", None), ("old", NOW - 1), ("ending", NOW + DAY)):
        keys = (secret(f"key of {name}", expires_at=expires_at),)
        stores.gateways.add(Gateway(name, "jira-main", SessionCookies.BLOCK, keys, NOW))
    stores.keys.add(key("k1", state=KeyState.ACTIVE, activated_at=NOW - 60))
    stores.keys.add(key("k2", state=KeyState.GONE, ended_at=NOW))
    for kind, body, problem in (
        (DocumentKind.METADATA, "{}", ""),
        (DocumentKind.KEYS, "", "no answer"),
    ):
        stores.providers.put_document(
            ProviderDocument("okta", kind, body, NOW - 90, NOW - 30, problem)
        )


def test_numbers_and_the_lists_behind_them_agree(any_database: Database) -> None:
    with any_database.writing() as stores:
        fill(stores)
        add_more(stores)
    count(any_database, CALLS)
    found = DashboardService(any_database, FakeClock(NOW)).look()
    with any_database.reading() as stores:
        for figure in figures(found):
            assert figure.value == length(stores, figure.behind), figure
    by_kind = {
        each.kind: tuple(
            None if f is None else f.value for f in (each.active, each.expiring, each.stale)
        )
        for each in found.credentials
    }
    assert by_kind == {
        "clients": (1, 0, 0),
        "api_tokens": (2, 1, 0),
        "grants": (2, 2, 0),
        "sessions": (2, None, None),
        "gateways": (2, 1, 0),
        "connect_keys": (0, None, None),
    }
    assert [(each.reason, each.calls.value) for each in found.refusals] == [
        ("token-invalid", 2),
        ("insufficient-scope", 1),
    ]
    assert [(each.client_id, each.subject, each.calls.value) for each in found.talkers] == [
        ("robot", "client:robot", 2),
        ("robot", "", 1),
        ("web", "user:ada", 1),
    ]
    assert sum(each.legacy.value for each in found.legacy) == 2
    assert sum(each.passed.value for each in found.legacy) == 5
    assert [(each.kid, each.state, each.since) for each in found.keys] == [
        ("k1", KeyState.ACTIVE, NOW - 60)
    ]
    okta = next(each for each in found.providers if each.name == "okta")
    assert [(each.kind, each.read_at, each.age_seconds) for each in okta.documents] == [
        (DocumentKind.METADATA, NOW - 90, 90.0),
        (DocumentKind.KEYS, None, None),
    ]
    assert not okta.is_well
    assert (found.mail.waiting.value, found.mail.given_up.value) == (2, 0)
    assert found.mail.oldest_at == NOW


def test_an_empty_installation_has_a_first_page(any_database: Database) -> None:
    found = DashboardService(any_database, FakeClock(NOW)).look()
    assert {figure.value for figure in figures(found)} == {0}
    assert len(found.legacy) == 30
    assert {each.share for each in found.legacy} == {None}
    assert (found.refusals, found.talkers, found.keys, found.providers) == ((), (), (), ())


MOMENTS = st.floats(NOW - 200 * DAY, NOW + 60 * DAY)
USES = st.none() | MOMENTS
TOKENS = st.lists(
    st.tuples(st.sampled_from(list(ApiTokenStatus)), MOMENTS, MOMENTS, USES), max_size=8
)
SECRETS = st.lists(st.tuples(MOMENTS, st.none() | MOMENTS, USES), max_size=3)


@given(
    tokens=TOKENS,
    grants=st.lists(st.tuples(MOMENTS, MOMENTS, USES, USES), max_size=8),
    clients=st.lists(SECRETS, max_size=5),
    calls=st.lists(
        st.tuples(MOMENTS, st.sampled_from(["basic", "access-token"]), st.booleans()), max_size=8
    ),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_agree_with_their_lists_whatever_there_is(
    sqlite_database: SqlDatabase, tokens: Any, grants: Any, clients: Any, calls: Any
) -> None:
    looks = []
    for database in (MemoryDatabase(), sqlite_database):
        if isinstance(database, SqlDatabase):
            with database.connection_for_writing() as connection:
                for table in (
                    *("api_tokens", "grants", "client_secrets", "client_permissions", "clients"),
                    *("search_words", "call_counts", "caller_counts"),
                ):
                    connection.exec_driver_sql(f"DELETE FROM {table}")
        with database.writing() as stores:
            for number, (status, made, end, used) in enumerate(tokens):
                use = None if used is None else LastUse(used)
                times = {"created_at": made, "expires_at": end, "last_use": use}
                stores.api_tokens.add(api_token(f"t{number}", status=status, **times))
            for number, (made, end, used, ended) in enumerate(grants):
                times = {"created_at": made, "expires_at": end, "last_used_at": used}
                stores.grants.add(grant(f"g{number}", ended_at=ended, **times))
            for number, secrets in enumerate(clients):
                made_secrets = tuple(
                    secret(f"{number} {place}", created_at=m, expires_at=e, last_used_at=u)
                    for place, (m, e, u) in enumerate(secrets)
                )
                stores.clients.add(client(f"client{number}", secrets=made_secrets))
        count(
            database,
            [
                call(number, at=at, way=way, reason="read-only" if is_refused else "")
                for number, (at, way, is_refused) in enumerate(calls)
            ],
        )
        found = DashboardService(database, FakeClock(NOW)).look()
        with database.reading() as stores:
            for figure in figures(found):
                assert figure.value == length(stores, figure.behind), figure
        looks.append(found)
    assert looks[0] == looks[1]
