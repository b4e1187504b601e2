"""Rows that were locked first are found by their keys, however many the database expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text, update

from authserver.storage.locked_rows import is_among
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.rows.grants import grants
from authserver.storage.rows.sessions import sessions

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Column

    from authserver.storage.database import SqlDatabase


@pytest.mark.parametrize(
    "key", [api_tokens.c.token_id, grants.c.grant_id, sessions.c.session_id], ids=str
)
def test_postgresql_joins_nothing_to_find_what_it_has_locked(
    postgresql_database: SqlDatabase, key: Column[Any]
) -> None:
    table = key.table
    locked = select(key).order_by(key).with_for_update(key_share=True).cte("locked")
    with postgresql_database.connection_for_writing() as connection:
        change = update(table).where(is_among(connection, key, locked)).values(issuer_id=1)
        statement = str(
            change.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        )
        plan = "\n".join(row[0] for row in connection.execute(text(f"EXPLAIN {statement}")))
    assert "Join" not in plan, plan
    assert "Nested Loop" not in plan, plan
    assert "Scan" in plan
