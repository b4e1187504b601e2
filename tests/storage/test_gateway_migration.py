"""The gateway keys of a resource become a gateway of its name, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from authserver.domain.gateways import SessionCookies
from authserver.storage.schema_state import MIGRATIONS
from authserver.storage.stored_secrets import secret_values
from tests.databases import opened
from tests.storage.examples import NOW, secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.storage.database import SqlDatabase

OLD: Final = "0004"
NEW: Final = "0005"
RESOURCES: Final = {"jira": "enabled", "wiki": "disabled", "bare": "enabled", "gone": "deleted"}
CREDENTIALS: Final = (
    ("jira", "introspection", secret("i1")),
    ("jira", "gateway", secret("g1", expires_at=NOW)),
    ("jira", "gateway", secret("g2", created_at=NOW, last_used_at=NOW)),
    ("wiki", "gateway", secret("g3", digest=bytes(32), pepper_id="p2")),
    ("gone", "gateway", secret("g4", expires_at=NOW)),
)


def step(database: SqlDatabase, revision: str, *, back: bool = False) -> None:
    config = Config(str(MIGRATIONS / "alembic.ini"))
    config.set_main_option("script_location", str(MIGRATIONS))
    # No transaction of ours: steps have their own, and indexes are built outside of any.
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if back else command.upgrade)(config, revision)


def run(database: SqlDatabase, statement: str, **values: object) -> None:
    with database.connection_for_writing() as connection:
        connection.execute(text(statement), values)


def owners(database: SqlDatabase) -> dict[str, tuple[str, str]]:
    """The credentials of resources: whose and what for, by their ids."""
    with database.connection_for_reading() as connection:
        rows = connection.execute(
            text("SELECT secret_id, resource_name, purpose FROM resource_credentials")
        ).all()
    return {row.secret_id: (row.resource_name, row.purpose) for row in rows}


@pytest.fixture
def database(empty_url: str) -> Iterator[SqlDatabase]:
    """Of the version before."""
    columns = ", ".join(secret_values(secret("")))
    values = ", ".join(f":{name}" for name in secret_values(secret("")))
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).touch()
    with opened(empty_url) as database:
        step(database, OLD)
        for name, status in RESOURCES.items():
            run(
                database,
                "INSERT INTO resources (name, kind, identifier, url, context_path,"
                " signing_algorithm, status, created_at)"
                " VALUES (:name, 'jira-dc', :name, '', '', 'ES256', :status, 1)",
                name=name,
                status=status,
            )
        for name, purpose, each in CREDENTIALS:
            run(
                database,
                f"INSERT INTO resource_credentials (resource_name, purpose, {columns})"
                f" VALUES (:name, :purpose, {values})",
                name=name,
                purpose=purpose,
                **secret_values(each),
            )
        yield database


def test_a_resources_gateway_keys_go_to_a_gateway_of_its_name(database: SqlDatabase) -> None:
    step(database, "head")
    with database.reading() as stores:
        jira, wiki = stores.gateways.list()
    assert (jira.name, jira.resource) == ("jira", "jira")
    assert jira.session_cookies is wiki.session_cookies is SessionCookies.BLOCK
    assert jira.keys == (
        secret("g1", expires_at=NOW),
        secret("g2", created_at=NOW, last_used_at=NOW),
    )
    assert jira.created_at == secret("g1").created_at
    assert (wiki.name, wiki.keys) == ("wiki", (secret("g3", digest=bytes(32), pepper_id="p2"),))
    assert owners(database) == {"i1": ("jira", "introspection")}


def test_on_the_way_back_every_key_is_its_resources_again(database: SqlDatabase) -> None:
    step(database, "head")
    run(
        database,
        "INSERT INTO gateways (name, resource_name, session_cookies, created_at)"
        " VALUES ('edge', 'wiki', 'allow', 1)",
    )
    run(database, "UPDATE gateway_keys SET gateway_name = 'edge' WHERE secret_id = 'g3'")
    step(database, OLD, back=True)
    assert owners(database) == {
        "i1": ("jira", "introspection"),
        "g1": ("jira", "gateway"),
        "g2": ("jira", "gateway"),
        "g3": ("wiki", "gateway"),
    }
    step(database, "head")
    with database.reading() as stores:
        jira, wiki = stores.gateways.list()
    assert [key.secret_id for key in jira.keys] == ["g1", "g2"]
    assert wiki.keys == (secret("g3", digest=bytes(32), pepper_id="p2"),)
