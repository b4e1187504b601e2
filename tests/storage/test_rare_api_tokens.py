"""Whatever few or many have: lists and counts say the same, and follow each change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.grants import GrantOrigin
from authserver.domain.searches import ApiTokenSort, GrantSearch
from authserver.storage import grant_pages, rare_api_tokens
from authserver.storage.rows.search_words import search_words
from authserver.storage.sweeping import API_TOKEN_HISTORY_SECONDS, SKEW_SECONDS, Sweeper
from tests.databases import opened
from tests.doubles import FakeClock
from tests.storage.api_token_examples import api_token
from tests.storage.api_token_rows import DAY, add
from tests.storage.examples import NOW
from tests.storage.people_examples import grant
from tests.storage.test_people_migration import step

if TYPE_CHECKING:
    import pytest

    from authserver.domain.ports import Database
    from authserver.storage.database import SqlDatabase

LIVE: dict[str, Any] = {"live_at": NOW}
FILTERS = (
    ApiTokenFilter(),
    ApiTokenFilter(**LIVE, scope="a", resource="x"),
    ApiTokenFilter(**LIVE, scope="b", unused_since=NOW),
    ApiTokenFilter(**LIVE, team="t1", expires_before=NOW + 9 * DAY),
    ApiTokenFilter(team="", owner="user:1"),
    ApiTokenFilter(scope="a b"),
    ApiTokenFilter(scope=""),
    ApiTokenFilter(client_id="c", ticket="nobody"),
)


def listed(database: Database, wanted: ApiTokenFilter, sort: ApiTokenSort) -> list[str]:
    with database.reading() as stores:
        found = [each.token_id for each in stores.api_tokens.listed(wanted, sort=sort).items]
        assert stores.api_tokens.count(wanted) == len(found)
        assert sorted(each.token_id for each in stores.api_tokens.page(wanted)) == sorted(found)
    return found


def test_few_and_many_are_the_same_list(
    database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(12):
        values = {"team": f"t{n % 2}" if n % 3 else "", "owner": f"user:{n % 4}", "client_id": "c"}
        names = {"scopes": frozenset("ab"[: 1 + n % 2]), "resources": frozenset("xyz"[n % 3])}
        ends = {"expires_at": NOW + (n - 2) * DAY, "created_at": NOW - n, "last_use": None}
        add(database, api_token(f"t{n}", **values, **names, **ends))
        with database.writing() as stores:
            stores.grants.add(grant(f"g{n}", session_id=f"s{n % 2}", client_id=f"c{n % 3}"))
    looks = []
    for few in (1000, 0):
        monkeypatch.setattr(rare_api_tokens, "_FEW", few)
        monkeypatch.setattr(grant_pages, "_FEW", few)
        looks.append([listed(database, each, sort) for each in FILTERS for sort in ApiTokenSort])
        with database.reading() as stores:
            for wanted in (GrantSearch(session_id="s1", origin=GrantOrigin.DEVICE, live_at=NOW),):
                looks[-1].append([each.grant_id for each in stores.grants.page(wanted).items])
                assert stores.grants.count(wanted) == len(looks[-1][-1]) == 6
    assert looks[0] == looks[1]
    assert [len(each) for each in looks[0]][:6] == [12, 12, 12, 3, 3, 3]


def test_a_token_is_found_by_what_it_is_for_now(database: SqlDatabase) -> None:
    token = api_token(scopes=frozenset({"a", "b"}), resources=frozenset({"x"}))
    add(database, token)
    with database.writing() as stores:
        stores.api_tokens.save(
            replace(token, scopes=frozenset({"b", "c"}), resources=frozenset({"y"}))
        )
    for wanted, is_found in (
        (ApiTokenFilter(scope="a"), False),
        (ApiTokenFilter(scope="b"), True),
        (ApiTokenFilter(scope="c"), True),
        (ApiTokenFilter(resource="x"), False),
        (ApiTokenFilter(resource="y"), True),
    ):
        assert bool(listed(database, wanted, ApiTokenSort.CREATED)) is is_found, wanted


def test_the_words_of_a_token_go_with_it(database: SqlDatabase) -> None:
    add(database, api_token("t1", expires_at=NOW), api_token("t2", expires_at=NOW + DAY))
    clock = FakeClock(NOW + API_TOKEN_HISTORY_SECONDS + SKEW_SECONDS + 1)
    assert Sweeper(database, clock).sweep()["api_tokens"] == 1
    with database.connection_for_reading() as connection:
        members = select(search_words.c.member, func.count()).group_by(search_words.c.member)
        assert [row.member for row in connection.execute(members)] == ["t2"]


def test_tokens_that_were_there_before_are_found_by_scope_and_site(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).touch()
    with opened(empty_url) as database:
        step(database, "head")
        add(database, api_token(scopes=frozenset({"a", "b"}), resources=frozenset({"x"})))
        step(database, "0018", back=True)
        with database.connection_for_reading() as connection:
            kinds = set(connection.scalars(select(search_words.c.kind)))
        assert kinds == {"api_token"}
        step(database, "head")
        for wanted in (ApiTokenFilter(scope="b"), ApiTokenFilter(resource="x")):
            assert listed(database, wanted, ApiTokenSort.EXPIRES) == ["t1"]
