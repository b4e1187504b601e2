"""Clients and users of before load with defaults, and the way back keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

from authserver.domain.authorization_profiles import AuthorizationProfile, ConsentRule
from authserver.domain.users import PersonalData, UserStatus
from authserver.storage.schema_state import MIGRATIONS
from tests.databases import opened
from tests.storage.examples import NOW, client, user
from tests.storage.people_examples import consent, grant, group, session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.storage.database import SqlDatabase

OLD: Final = "0006"
OLD_CLIENT: Final = (
    "INSERT INTO clients (client_id, name, auth_method, access_token_seconds, status, jwks,"
    " contact, created_at) VALUES (:client_id, 'CI', 'client_secret_basic', 600, 'enabled',"
    " '[]', '', 1)"
)
OLD_USER: Final = (
    "INSERT INTO users (subject, username, is_administrator, status, password_hash,"
    " must_change_password, created_at) VALUES (:subject, :username, true, 'enabled', :hash,"
    " false, 1)"
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


def tables(database: SqlDatabase) -> dict[str, list[str]]:
    inspector = inspect(database.engine)
    return {
        table: [column["name"] for column in inspector.get_columns(table)]
        for table in inspector.get_table_names()
    }


@pytest.fixture
def database(empty_url: str) -> Iterator[SqlDatabase]:
    """Of the version before, with a client and an administrator."""
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).touch()
    with opened(empty_url) as database:
        step(database, OLD)
        run(database, OLD_CLIENT, client_id="ci")
        run(database, OLD_USER, subject="user:1", username="admin", hash=b"$2b$")
        yield database


def test_clients_and_users_of_before_load_with_defaults(database: SqlDatabase) -> None:
    step(database, "head")
    with database.reading() as stores:
        found = stores.clients.get("ci")
        admin = stores.users.get_by_username("admin")
    assert found is not None
    assert found.profile == AuthorizationProfile()
    assert admin is not None
    assert (admin.subject, admin.data, admin.updated_at) == ("user:1", PersonalData(), 0.0)
    assert (admin.status, admin.password_hash) == (UserStatus.ENABLED, b"$2b$")


def test_a_node_of_the_version_before_goes_on_writing(database: SqlDatabase) -> None:
    step(database, "head")
    run(database, OLD_CLIENT, client_id="ci-2")
    run(database, OLD_USER, subject="user:2", username="second", hash=b"$2b$")
    with database.writing() as stores:
        assert len(stores.clients.list()) == 2
        assert [each.username for each in stores.users.list()] == ["admin", "second"]
        stores.clients.save(client("ci-2", profile=AuthorizationProfile(publisher="Ops")))
    # It knows nothing of the profile, and leaves it alone.
    run(database, "UPDATE clients SET name = 'renamed' WHERE client_id = 'ci-2'")
    with database.reading() as stores:
        found = stores.clients.get("ci-2")
    assert found is not None
    assert (found.name, found.profile.publisher) == ("renamed", "Ops")


def test_the_version_before_sees_one_user_of_each_name(database: SqlDatabase) -> None:
    step(database, "head")
    with database.writing() as stores:
        stores.users.save(
            user("admin", subject="user:1", status=UserStatus.DELETED, is_administrator=True)
        )
        stores.users.add(user("admin", subject="user:2"))
    with database.connection_for_reading() as connection:
        found = connection.scalars(text("SELECT subject FROM users WHERE username = 'admin'")).all()
    assert found == ["user:2"]


def test_the_way_back_forgets_people_but_not_clients_and_users(database: SqlDatabase) -> None:
    before = tables(database)
    step(database, "head")
    made = tables(database)
    assert set(made) > set(before)
    with database.writing() as stores:
        stores.users.add(user(data=PersonalData(name="Ada", email="ada@example.org")))
        stores.clients.add(client(profile=AuthorizationProfile(consent=ConsentRule.ALWAYS)))
        stores.grants.add(grant())
        stores.sessions.add(session())
        stores.consents.put(consent())
        stores.groups.add(group("staff", "user:ada"))
    step(database, OLD, back=True)
    assert tables(database) == before
    step(database, "head")
    assert tables(database) == made
    with database.reading() as stores:
        assert [each.client_id for each in stores.clients.list()] == ["ci", "ci-reader"]
        assert stores.clients.get("ci-reader") == client()
        assert stores.users.get("user:ada") == user(created_at=NOW)
        assert stores.grants.get("grant-1") is None
        assert stores.sessions.get("session-1") is None
        assert stores.groups.list() == []
