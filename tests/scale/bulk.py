"""Rows by the hundred thousand, made inside the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Table, Text, text

from authserver.domain.requested_claims import RequestedClaims
from authserver.storage.request_parameters import claims_text
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.rows.audit import audit_records
from authserver.storage.rows.call_counts import call_counts, caller_counts
from authserver.storage.rows.clients import clients
from authserver.storage.rows.grants import grants
from authserver.storage.rows.search_words import search_words
from authserver.storage.rows.sessions import sessions
from authserver.storage.rows.users import users
from tests.storage.examples import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from authserver.storage.database import SqlDatabase

DAY: Final = 86_400.0
TOKENS: Final = 100_000
USERS: Final = 100_000
GRANTS: Final = 20_000
CLIENTS: Final = 5_000
RECORDS: Final = 1_000_000
COUNTS: Final = 100_000
BIG: Final = (
    *("api_tokens", "users", "grants", "sessions", "audit_records", "search_words"),
    "caller_counts",
)
"""Tables that nobody may read from end to end."""
_NUMBERS: Final = {
    "sqlite": "(WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers"
    " WHERE n < {count}) SELECT n FROM numbers) AS numbers",
    "postgresql": "generate_series(CAST(1 AS BIGINT), {count}) AS numbers(n)",
}
# In kilobytes: indexes in no order are many pages at once.
_ROOM: Final = "PRAGMA cache_size = -400000"
_PATIENCE: Final = "SET statement_timeout = 0"
MADE: Final = f"{NOW!r} - ((n * 7919) % 7776000)"
"""In the last ninety days, in no order."""
_CALLER: Final = f"'c' || (n % {CLIENTS})"
_WORDS: Final = {
    "client": (CLIENTS, "'c' || n", ("'nightly'", "'c' || n")),
    "user": (USERS, "'user:' || n", ("'person'", "'p' || n", "'example'", "'org'")),
    "api_token": (TOKENS, "'t' || n", ("'export'", "'e' || n", "'team' || (n % 100)")),
    "api_token.scope": (TOKENS, "'t' || n", ("'read:jira-work'",)),
    "api_token.resource": (TOKENS, "'t' || n", ("'main'",)),
}


def fill(database: SqlDatabase) -> None:
    """As in a big installation, with what a database knows of its tables by then."""
    is_sqlite = database.engine.dialect.name == "sqlite"
    with database.connection_for_writing() as connection:
        if not is_sqlite:
            connection.exec_driver_sql(_PATIENCE)
        else:
            connection.exec_driver_sql(_ROOM)
        _add_members(connection)
        for kind, (count, member, words) in _WORDS.items():
            for word in words:
                values = {"kind": f"'{kind}'", "member": member, "word": word}
                make(connection, search_words, count, values)
        _add_calls(connection)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if is_sqlite:
            connection.exec_driver_sql("ANALYZE")
        else:
            connection.exec_driver_sql(_PATIENCE)
            connection.exec_driver_sql("VACUUM ANALYZE")


def make(connection: Connection, table: Table, count: int, values: Mapping[str, str]) -> None:
    """So many rows; `values` are SQL over `n`, which counts them. Other texts are empty."""
    said = {
        column.name: values.get(column.name, "''" if isinstance(column.type, Text) else "0")
        for column in table.columns
        if column.name in values
        or not (column.nullable or column.server_default is not None or column.name == "id")
    }
    source = _NUMBERS[connection.dialect.name].format(count=count)
    columns, expressions = ", ".join(f'"{name}"' for name in said), ", ".join(said.values())
    statement = f"INSERT INTO {table.name} ({columns}) SELECT {expressions} FROM {source}"
    # What looks like a parameter is a part of a text.
    connection.execute(text(statement.replace(":", "\\:")))


def octets(connection: Connection, words: str) -> str:
    """What makes octets of a text."""
    return f"CAST({words} AS {'BLOB' if connection.dialect.name == 'sqlite' else 'BYTEA'})"


def _add_members(connection: Connection) -> None:
    empty = octets(connection, "''")
    false = "0" if connection.dialect.name == "sqlite" else "false"
    ends = f"{NOW!r} + (n % 400) * {DAY}"
    own = {
        "created_at": MADE,
        "expires_at": ends,
        "valid_until": ends,
        "subject": f"'user:' || (1 + n % {USERS})",
    }
    # As wide as such rows are: narrow tables are read from end to end with good reason.
    wide = "repeat('x', 300)" if connection.dialect.name == "postgresql" else "hex(zeroblob(150))"
    tokens = {
        "token_id": "'t' || n",
        "lineage_id": "'t' || n",
        "owner": own["subject"],
        "status": "CASE n % 20 WHEN 0 THEN 'revoked' WHEN 1 THEN 'disabled' ELSE 'enabled' END",
        "last_used_at": f"CASE n % 3 WHEN 0 THEN NULL ELSE {NOW!r} - (n % 100) * {DAY} END",
        "subject_type": "'user'",
        "purpose": wide,
        "last_agent": wide,
        "presentations": "' bearer '",
        "secret_id": "'as' || n",
        "secret_kind": "'keyed'",
        "digest": octets(connection, "'a' || n"),
        "pepper_id": "'p'",
        "hint": "''",
        "secret_created_at": MADE,
        "secret_expires_at": ends,
        "scopes": "' read:jira-work '",
        "resources": "' main '",
    }
    make(connection, api_tokens, TOKENS, own | tokens)
    status = "CASE n % 50 WHEN 0 THEN 'disabled' ELSE 'enabled' END"
    roles = """CASE n % 20000 WHEN 0 THEN '["auditor"]' ELSE '[]' END"""
    names = {"subject": "'user:' || n", "username": "'p' || n", "status": status, "roles": roles}
    flags = dict.fromkeys(("is_administrator", "must_change_password"), false)
    make(connection, users, USERS, own | names | flags | {"password_hash": empty})
    named = {"client_id": "'c' || n", "status": "'enabled'", "auth_method": "'client_secret_basic'"}
    make(connection, clients, CLIENTS, own | named | {"jwks": "'[]'"})
    lists = {
        "scopes": "'[]'",
        "amr": "'[]'",
        "claims": f"'{claims_text(RequestedClaims())}'",
        "session_bound": false,
    }
    given = {"grant_id": "'g' || n", "client_id": _CALLER, "origin": "'device_code'"}
    make(connection, grants, GRANTS, own | lists | given | {"nonce": wide, "audience": wide})
    seen = {"last_seen_at": f"{NOW!r}", "idle_seconds": "604800", "session_id": "'s' || n"}
    digest = (
        "CAST('s' || n AS BLOB)" if connection.dialect.name == "sqlite" else "('s' || n)::bytea"
    )
    make(
        connection,
        sessions,
        GRANTS,
        own | seen | {"amr": "'[]'", "digest": digest} | {"user_agent": wide},
    )


def _add_calls(connection: Connection) -> None:
    empty = octets(connection, "''")
    is_refused = "n % 10 = 0"
    told = {
        "issuer_id": "1",
        "at": MADE,
        "recorded_at": MADE,
        "action": f"CASE WHEN {is_refused} THEN 'call.denied' ELSE 'call.allowed' END",
        "outcome": f"CASE WHEN {is_refused} THEN 'refused' ELSE 'success' END",
        "reason": f"CASE WHEN {is_refused} THEN 'read-only' ELSE '' END",
        "client_id": _CALLER,
        "actor": _CALLER,
        "request_id": "'r' || n",
        "token_id": "'t' || (n % 100000)",
        "resource": "'https://jira.example.org'",
        "details": """'{"way":"access-token"}'""",
        "code": empty,
    }
    make(connection, audit_records, RECORDS, told)
    # An hour of the last ninety days, and what makes the rows of one hour different.
    hour = f"floor({NOW!r} / 3600) * 3600.0 - (n % 2160) * 3600.0"
    counted = {"issuer_id": "1", "hour": hour, "key": "'k' || n", "way": "'access-token'"}
    counted |= {name: told[name] for name in ("resource", "outcome", "reason")} | {"calls": "10"}
    make(connection, call_counts, 2160 * 20, counted)
    make(connection, caller_counts, COUNTS, counted | {"client_id": _CALLER})
