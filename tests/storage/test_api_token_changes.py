"""Many API tokens changed at once: those that a filter means, in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import event

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.storage.rows.api_tokens import api_tokens
from tests.storage.api_token_examples import api_token
from tests.storage.api_token_rows import DAY, add, kept, meant
from tests.storage.examples import NOW
from tests.storage.racing import race
from tests.storage.test_people_migration import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.ports import Database
    from authserver.storage.database import SqlDatabase

LIVE: Final = frozenset({ApiTokenStatus.ENABLED})


def test_only_those_of_the_right_status_change_and_all_are_given_back(
    any_database: Database,
) -> None:
    add(
        any_database,
        *(api_token(each.value, status=each, owner="user:ada") for each in ApiTokenStatus),
        api_token("others", owner="user:bob"),
    )
    with any_database.writing() as stores:
        changed = stores.api_tokens.set_status(
            ApiTokenFilter(owner="user:ada"),
            among=frozenset({ApiTokenStatus.ENABLED, ApiTokenStatus.PENDING}),
            to=ApiTokenStatus.REVOKED,
            at=NOW + 7,
            reason="incident 7",
        )
        none = stores.api_tokens.set_status(
            ApiTokenFilter(), among=frozenset(), to=ApiTokenStatus.ENABLED, at=NOW, reason=""
        )
    assert not none
    assert [each.token_id for each in changed] == ["enabled", "pending"]
    for each in changed:
        assert (each.status, each.status_changed_at) == (ApiTokenStatus.REVOKED, NOW + 7)
        assert each.reason == "incident 7"
        assert kept(any_database, each.token_id) == each
    assert kept(any_database, "disabled") == api_token("disabled", status=ApiTokenStatus.DISABLED)
    assert kept(any_database, "others") == api_token("others", owner="user:bob")


def test_those_without_a_secret_may_become_something_else(any_database: Database) -> None:
    add(any_database, api_token("a"), api_token("b", secret=None), api_token("c"))
    with any_database.writing() as stores:
        changed = stores.api_tokens.set_status(
            ApiTokenFilter(),
            among=LIVE,
            to=ApiTokenStatus.REVOKED,
            at=NOW,
            reason="",
            without_secret=ApiTokenStatus.PENDING,
        )
    became = [ApiTokenStatus.REVOKED, ApiTokenStatus.PENDING, ApiTokenStatus.REVOKED]
    assert [each.status for each in changed] == became
    assert [kept(any_database, each.token_id) for each in changed] == list(changed)


def test_a_token_and_what_it_was_rotated_into_count_as_one_lineage(any_database: Database) -> None:
    add(
        any_database,
        *(api_token(each, lineage_id="a") for each in "abc"),
        api_token("d", lineage_id="d"),
        api_token("e", lineage_id="e", status=ApiTokenStatus.REVOKED),
    )
    with any_database.reading() as stores:
        assert stores.api_tokens.count_lineages(ApiTokenFilter()) == 3
        assert stores.api_tokens.count_lineages(ApiTokenFilter(live_at=NOW)) == 2
        assert stores.api_tokens.count_lineages(ApiTokenFilter(owner="nobody")) == 0


@pytest.fixture
def statements(database: SqlDatabase) -> Iterator[list[str]]:
    """What the database is told, apart from what begins and ends transactions."""
    told: list[str] = []

    def note(*arguments: Any) -> None:
        told.append(arguments[2])

    event.listen(database.engine, "before_cursor_execute", note)
    yield told
    event.remove(database.engine, "before_cursor_execute", note)


def test_ten_thousand_tokens_are_revoked_by_one_statement(
    database: SqlDatabase, statements: list[str]
) -> None:
    with database.writing() as stores:
        stores.api_tokens.add(api_token())
    columns = ", ".join(each.name for each in api_tokens.columns if each.name != "token_id")
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
    run(
        database,
        f"INSERT INTO api_tokens (token_id, {columns}) {numbers}"
        f" SELECT CAST('n' || i AS TEXT), {columns} FROM api_tokens, n",
    )
    del statements[:]
    with database.writing() as stores:
        changed = stores.api_tokens.set_status(
            ApiTokenFilter(), among=LIVE, to=ApiTokenStatus.REVOKED, at=NOW, reason="leak"
        )
    assert len(changed) == 10_000
    assert len([each for each in statements if "api_tokens" in each]) == 1
    assert meant(database, status=ApiTokenStatus.ENABLED) == []


def test_of_two_who_change_the_same_tokens_one_does(database: SqlDatabase) -> None:
    add(database, *(api_token(f"t{number}") for number in range(40)))
    changed: list[str] = []

    def revoke(number: int) -> None:
        with database.writing() as stores:
            found = stores.api_tokens.set_status(
                ApiTokenFilter(created_before=NOW + number),
                among=LIVE,
                to=ApiTokenStatus.REVOKED,
                at=NOW,
                reason="",
            )
        changed.extend(each.token_id for each in found)

    race(6, revoke)
    assert sorted(changed) == sorted(f"t{number}" for number in range(40))


def test_what_lives_too_long_is_shortened_once(any_database: Database) -> None:
    add(
        any_database,
        api_token("far", created_at=NOW, expires_at=NOW + 90 * DAY),
        api_token("exact", created_at=NOW, expires_at=NOW + 30 * DAY),
        api_token("over", created_at=NOW - 60 * DAY, expires_at=NOW + 1),
        api_token("others", created_at=NOW, expires_at=NOW + 90 * DAY, owner="user:bob"),
    )
    with any_database.writing() as stores:
        chosen = ApiTokenFilter(owner="user:ada")
        changed = stores.api_tokens.shorten(chosen, 30 * DAY)
        assert not stores.api_tokens.shorten(chosen, 30 * DAY)
        assert [stores.api_tokens.get(each.token_id) for each in changed] == changed
        others = stores.api_tokens.get("others")
    assert {each.token_id: each.expires_at for each in changed} == {
        "far": NOW + 30 * DAY,
        "over": NOW - 30 * DAY,
    }
    assert others is not None
    assert others.expires_at == NOW + 90 * DAY
