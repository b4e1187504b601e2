"""Roles and the administration API: there with the newer version, gone with the way back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from authserver.domain.group_rules import GroupEffect
from authserver.domain.resources import ADMINISTRATION, ResourceKind
from authserver.domain.roles import Role
from tests.databases import opened
from tests.services.grouped import rule
from tests.storage.examples import client, resource, user
from tests.storage.provider_examples import identity, provider
from tests.storage.test_people_migration import run, step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.storage.database import SqlDatabase

HELPER = (
    "INSERT INTO users (subject, username, is_administrator, status, password_hash,"
    " must_change_password, created_at) VALUES ('user:9', 'old', true, 'enabled', :hash, false, 1)"
)


@pytest.fixture
def database(empty_url: str) -> Iterator[SqlDatabase]:
    """Of this version."""
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).touch()
    with opened(empty_url) as database:
        step(database, "head")
        yield database


def test_an_administrator_of_the_version_before_is_an_owner(database: SqlDatabase) -> None:
    run(database, HELPER, hash=b"$2b$")
    with database.reading() as stores:
        found = stores.users.get("user:9")
    assert found is not None
    assert found.roles == frozenset()
    assert found.own_roles == {Role.OWNER}


def test_the_way_back_ends_roles_and_the_administration_api(database: SqlDatabase) -> None:
    roles = frozenset({Role.HELP_DESK})
    with database.writing() as stores:
        api = replace(resource(ADMINISTRATION), kind=ResourceKind.AUTHSERVER, credentials=())
        stores.resources.add(api)
        stores.clients.add(replace(client("bot"), resources=frozenset({ADMINISTRATION})))
        stores.users.add(user("ada", roles=roles))
        stores.providers.add(provider())
        stores.identities.add(identity(roles=roles))
        stores.providers.add_rule(
            replace(rule("Ops", GroupEffect.ROLE, "help-desk"), provider=provider().name)
        )
    step(database, "0014", back=True)
    with database.connection_for_reading() as connection:
        for table in ("resources", "provider_rules"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
        kinds = connection.execute(text("SELECT kind FROM client_permissions")).scalars().all()
        assert "resource" not in kinds
        assert connection.execute(text("SELECT username FROM users")).scalar_one() == "ada"
    step(database, "head")
    with database.reading() as stores:
        found = stores.users.get_by_username("ada")
    assert found is not None
    assert found.own_roles == frozenset()
