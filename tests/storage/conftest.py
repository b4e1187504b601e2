"""Databases that no step of the schema was applied to yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.databases import opened
from tests.memory_database import MemoryDatabase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authserver.domain.ports import Database
    from tests.databases import PostgresDatabases


@pytest.fixture
def sqlite_empty_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new.db'}"


@pytest.fixture
def postgresql_empty_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    cluster = postgres_databases.cluster
    cluster.execute("CREATE DATABASE empty OWNER authserver")
    yield cluster.url("empty")
    cluster.execute("DROP DATABASE empty WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
def any_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated, empty database, or the one that tests of services have instead."""
    if request.param == "memory":
        yield MemoryDatabase()
        return
    with opened(request.getfixturevalue(f"{request.param}_url")) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_empty_url")
    return url
