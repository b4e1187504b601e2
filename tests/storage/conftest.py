"""Databases that no step of the schema was applied to yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_empty_url")
    return url
