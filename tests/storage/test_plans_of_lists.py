"""What few have is looked for first, by an index, and only those rows are read for a list."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.api_token_conditions import AllOf, Comparison, Relation, TokenField
from authserver.domain.api_tokens import ApiTokenFilter, SubjectType
from authserver.domain.grants import GrantOrigin
from authserver.domain.searches import (
    ApiTokenSort,
    GrantSearch,
    GrantSort,
    SessionSearch,
    SessionSort,
)
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.rows.grants import grants
from authserver.storage.rows.groups import group_members
from authserver.storage.rows.identities import provider_group_members
from authserver.storage.rows.search_words import search_words
from authserver.storage.rows.sessions import sessions
from tests.scale.bulk import make
from tests.scale.watching import Watch
from tests.storage.api_token_examples import api_token
from tests.storage.examples import NOW
from tests.storage.people_examples import grant, group

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

OTHERS: Final = 3000
UNLIKE: Final = {
    "token_id": "'o' || n",
    "grant_id": "'o' || n",
    "member": "'o' || n",
    "lineage_id": "'o' || n",
    "owner": "'user:' || n",
    "subject": "'user:' || n",
    "client_id": "'c' || n",
    "team": "'e' || n",
    "ticket": "'e' || n",
    "session_id": "'s' || n",
    "subject_type": "'service'",
    "status": "'enabled'",
    "created_at": f"{NOW!r} - 9000 - n",
    "last_used_at": f"{NOW!r} + 9000 + n",
    "expires_at": f"{NOW!r} + 40000000",
    "valid_until": f"{NOW!r} + 40000000",
}
LIVE: Final[dict[str, Any]] = {"live_at": NOW}
WORDS: Final = "ix_search_words_issuer_id_kind_word_member"
ENDS: Final = "ix_api_tokens_(standing|issuer_id_expires_at_token_id)"
_OF: Final = "ix_api_tokens_issuer_id"
TOKENS: Final[tuple[tuple[ApiTokenFilter, str], ...]] = (
    (ApiTokenFilter(**LIVE, owner="user:ada"), f"{_OF}_owner_created_at_token_id"),
    (ApiTokenFilter(**LIVE, client_id="zapier"), f"{_OF}_client_id_created_at_token_id"),
    (ApiTokenFilter(**LIVE, team="data"), f"{_OF}_team_created_at_token_id"),
    (ApiTokenFilter(**LIVE, ticket="OPS-1"), f"{_OF}_ticket_created_at_token_id"),
    (ApiTokenFilter(**LIVE, scope="read:jira-work"), WORDS),
    (ApiTokenFilter(**LIVE, resource="jira-main"), WORDS),
    (
        ApiTokenFilter(**LIVE, subject_type=SubjectType.USER),
        f"{_OF}_subject_type_created_at_token_id",
    ),
    (ApiTokenFilter(**LIVE, expires_before=NOW + 91 * 86_400), ENDS),
    (ApiTokenFilter(**LIVE, unused_since=NOW + 1), "ix_api_tokens_unused"),
    (
        ApiTokenFilter(**LIVE, where=AllOf((Comparison(TokenField.TEAM, Relation.IS, "data"),))),
        f"{_OF}_team_created_at_token_id",
    ),
)
GRANTS: Final[tuple[tuple[GrantSearch, str], ...]] = (
    (
        GrantSearch(live_at=NOW, origin=GrantOrigin.DEVICE),
        "ix_grants_issuer_id_origin_created_at_grant_id",
    ),
    (GrantSearch(live_at=NOW, session_id="session-1"), "ix_grants_issuer_id_session_id"),
)


@pytest.fixture
def database(database: SqlDatabase) -> SqlDatabase:
    """With one of each that is looked for. PostgreSQL needs others to choose an index."""
    with database.writing() as stores:
        stores.api_tokens.add(api_token())
        stores.grants.add(grant())
    if database.engine.dialect.name == "sqlite":
        return database
    with database.connection_for_writing() as connection:
        make(connection, api_tokens, OTHERS, {"scopes": "' '", "resources": "' '"} | UNLIKE)
        make(connection, search_words, OTHERS, {"kind": "'user'", "word": "'w' || n"} | UNLIKE)
        own = {"session_bound": "false", "scopes": "'[]'", "claims": "'{}'", "amr": "'[]'"}
        make(connection, grants, OTHERS, UNLIKE | own)
        for table in (api_tokens, search_words, grants):
            connection.exec_driver_sql(f"ANALYZE {table.name}")
    return database


def plans(database: SqlDatabase, watch: Watch) -> list[str]:
    """Of each statement."""
    explain = "EXPLAIN QUERY PLAN" if database.engine.dialect.name == "sqlite" else "EXPLAIN"
    with database.connection_for_reading() as connection:
        return [
            "\n".join(
                str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", values)
            )
            for statement, values in watch.statements
            if statement.startswith("SELECT")
        ]


def check(found: list[str], table: str, key: str, index: str) -> None:
    """Looked for by the index, in one statement or more; then read by their keys."""
    *first, last = found
    assert any(re.search(rf"{index}\b", plan) for plan in first), found
    for plan in found:
        assert f"SCAN {table}" not in plan, plan
        assert f"Seq Scan on {table}" not in plan, plan
    assert f"{key}=?" in last or f"({key} = " in last, last


def test_api_tokens_that_few_are_like_are_found_by_an_index(database: SqlDatabase) -> None:
    for (wanted, index), sort in product(TOKENS, ApiTokenSort):
        with Watch(database) as watch, database.reading() as stores:
            found = stores.api_tokens.listed(wanted, sort=sort).items
            assert stores.api_tokens.count(wanted, 1001) == 1
        assert [each.token_id for each in found] == ["t1"]
        half = len(watch.statements) // 2
        shown = plans(database, watch)
        check(shown[:half], "api_tokens", "token_id", index)
        check(shown[half:], "api_tokens", "token_id", index)


def test_grants_that_few_are_like_are_found_by_an_index(database: SqlDatabase) -> None:
    for (wanted, index), sort in product(GRANTS, GrantSort):
        with Watch(database) as watch, database.reading() as stores:
            found = stores.grants.page(wanted, sort=sort).items
        assert [each.grant_id for each in found] == ["grant-1"]
        check(plans(database, watch), "grants", "grant_id", index)


def test_nothing_is_read_for_what_nobody_has(database: SqlDatabase) -> None:
    with Watch(database) as watch, database.reading() as stores:
        assert not stores.api_tokens.listed(ApiTokenFilter(scope="nobody")).items
        assert not stores.grants.page(GrantSearch(session_id="nobody")).items
    for plan in plans(database, watch):
        assert "SCAN api_tokens" not in plan, plan
        assert "Seq Scan" not in plan, plan


def test_a_dozen_that_are_named_are_sorted_and_nobody_else_is_read(database: SqlDatabase) -> None:
    with database.writing() as stores:
        for number in range(12):
            mine = {"lineage_id": f"mine-{number}", "owner": "user:mine"}
            stores.api_tokens.add(api_token(f"mine-{number}", **mine))
            stores.grants.add(grant(f"mine-{number}", client_id="mine"))
    for sort, other in zip(ApiTokenSort, (*GrantSort, GrantSort.CREATED), strict=True):
        with Watch(database) as watch, database.reading() as stores:
            assert (
                len(
                    stores.api_tokens.listed(
                        ApiTokenFilter(**LIVE, owner="user:mine"), sort=sort
                    ).items
                )
                == 12
            )
        check(plans(database, watch), "api_tokens", "token_id", "owner_created_at_token_id")
        with Watch(database) as watch, database.reading() as stores:
            assert (
                len(
                    stores.grants.page(GrantSearch(live_at=NOW, client_id="mine"), sort=other).items
                )
                == 12
            )
        check(plans(database, watch), "grants", "grant_id", "client_id_created_at_grant_id")


def test_the_words_of_each_member_are_found_by_its_id_where_many_have_the_word(
    database: SqlDatabase,
) -> None:
    with database.connection_for_writing() as connection:
        values = {"kind": "'api_token'", "member": "'o' || n", "word": "'export'"}
        make(connection, search_words, OTHERS, values)
        if database.engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ANALYZE {search_words.name}")
        else:
            make(connection, api_tokens, OTHERS, {"scopes": "' '", "resources": "' '"} | UNLIKE)
    wanted = ApiTokenFilter(text="export")
    with Watch(database) as watch, database.reading() as stores:
        assert len(stores.api_tokens.listed(wanted).items) == 50
        assert stores.api_tokens.count(wanted, 1001) == 1001
    asked = [plan for plan in plans(database, watch) if "SubPlan" in plan or "SUBQUERY" in plan]
    assert asked
    for plan in asked:
        assert re.search(r"pk_search_words|PRIMARY KEY|sqlite_autoindex_search_words", plan), plan


def test_many_live_sessions_are_read_in_their_order_and_few_are_sorted(
    sqlite_database: SqlDatabase,
) -> None:
    wanted = SessionSearch(live_at=NOW)
    for live in (1000, OTHERS):
        with sqlite_database.connection_for_writing() as connection:
            connection.execute(sessions.delete())
            own = {"amr": "'[]'", "digest": "CAST('s' || n AS BLOB)", "idle_seconds": "600"}
            # The others have not ended, but nobody has used them for long.
            seen = {"last_seen_at": f"CASE WHEN n > {live} THEN 0 ELSE {NOW!r} END"}
            make(connection, sessions, OTHERS, UNLIKE | own | seen)
        for sort, descending in product(SessionSort, (True, False)):
            with Watch(sqlite_database) as watch, sqlite_database.reading() as stores:
                found = stores.sessions.page(wanted, sort=sort, descending=descending).items
            assert len(found) == 50
            plan = plans(sqlite_database, watch)[-1]
            is_sorted = live == 1000 and sort is SessionSort.CREATED
            assert ("USE TEMP B-TREE" in plan) == is_sorted, (sort, live, plan)


def test_groups_of_users_come_out_of_an_index_alone(database: SqlDatabase) -> None:
    tables = (group_members, provider_group_members)
    with database.writing() as stores:
        stores.groups.add(group("staff"))
    with database.connection_for_writing() as connection:
        for table in tables:
            values = {"group_name": "'staff'", "subject": "'user:' || n", "provider_name": "'acme'"}
            make(connection, table, OTHERS, values)
    # As when statistics are made in an idle hour; SQLite is asked without any.
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as idle:
            for table in tables:
                idle.exec_driver_sql(f"VACUUM ANALYZE {table.name}")
    with Watch(database) as watch, database.reading() as stores:
        assert stores.groups.of("user:7") == ["staff"]
        assert stores.groups.of_each(["user:7"]) == {"user:7": ["staff"]}
        two = ["user:7", "user:8"]
        assert stores.groups.of_each(two) == {each: ["staff"] for each in two}
    found = "\n".join(plans(database, watch))
    for table in tables:
        index = f"ix_{table.name}_issuer_id_subject_group_name"
        sqlite = (
            rf"SEARCH {table.name} USING COVERING INDEX {index} \(issuer_id=\? AND subject=\?\)"
        )
        asked = re.findall(rf"Index Only Scan using {index} |{sqlite}", found)
        assert len(asked) == 3, found
    assert not re.search(r"Filter|SCAN|Seq Scan|sqlite_autoindex", found), found
