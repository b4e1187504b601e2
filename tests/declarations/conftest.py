"""Servers whose configuration is kept in files."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.declarations.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import PostgresDatabases, SqliteDatabases


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def make_office(
    request: pytest.FixtureRequest, sqlite_databases: SqliteDatabases, tmp_path: Path
) -> Iterator[Callable[[], Office]]:
    """Makes installations that are empty; the test runs on both databases."""
    with ExitStack() as stack:
        made = 0

        def make() -> Office:
            nonlocal made
            made += 1
            folder = tmp_path / str(made)
            folder.mkdir()
            if request.param == "sqlite":
                url = sqlite_databases.copy_to(folder / "authserver.db")
            else:
                databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
                name = databases.take()
                stack.callback(databases.give_back, name)
                url = databases.cluster.url(name)
            office = Office(folder, url)
            stack.callback(office.container.close)
            return office

        yield make


@pytest.fixture
def office(make_office: Callable[[], Office]) -> Office:
    """One of them."""
    return make_office()


@pytest.fixture
def desk(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Office]:
    """One for rules that have nothing to do with the database."""
    office = Office(tmp_path / "desk", sqlite_databases.copy_to(tmp_path / "authserver.db"))
    yield office
    office.container.close()
