"""What tokens leave behind: records, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, text

from authserver.domain.calls import Call
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials
from authserver.protocol.requests import TokenRequest
from tests.instances import Instance

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.storage.database import SqlDatabase
    from authserver.wiring import Container

TOKENS = 100


def rows(database: SqlDatabase) -> dict[str, int]:
    """How many rows every table has."""
    with database.connection_for_reading() as connection:
        return {
            table: connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            for table in inspect(connection).get_table_names()
        }


def issue(container: Container, secret: str, number: int) -> None:
    presented = PresentedCredentials(ClientAuthMethod.SECRET_BASIC, "busy", secret=secret)
    call = Call(container.clock.now(), f"request-{number}", "127.0.0.1")
    form = {"grant_type": "client_credentials"}
    answer = container.authorization_server.token(TokenRequest(form, (), presented, call))
    assert answer.body["access_token"]


@pytest.mark.slow
@pytest.mark.rule("TK-10")
def test_client_credentials_tokens_leave_no_row_outside_the_audit(
    database_url: str, tmp_path: Path
) -> None:
    instance = Instance(tmp_path / "server", {"AUTHSERVER_DATABASE_URL": database_url})
    instance.initialise()
    site = instance.register_site("jira-main", "jira-dc", "https://jira.example.com")
    caller = instance.register_caller("busy", site, "READ")
    with instance.container() as container:
        before = rows(container.database)
        for number in range(TOKENS):
            issue(container, caller.secret, number)
        container.journal_mover.run_once()
        after = rows(container.database)
    grown = {
        table: after[table] - before[table] for table in after if after[table] != before[table]
    }
    assert grown.pop("audit_records") == TOKENS
    assert all(table.startswith(("audit", "journal")) for table in grown), grown
