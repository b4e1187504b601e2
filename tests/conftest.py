"""Fixtures for everybody: migrated databases, and an honest summary of what did not run."""

from __future__ import annotations

import gc
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, settings

from tests.clusters import PostgresCluster
from tests.compiled_rules import share_rules
from tests.compiled_statements import share_statements
from tests.databases import PostgresDatabases, SqliteDatabases, opened
from tests.not_run import summary_lines
from tests.people.world import OVERRIDES, Cast, PeopleInstallation, PeopleWorld, move_in
from tests.rfc.installations import Installations

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from authserver.storage.database import SqlDatabase

    MakeWorld = Callable[..., PeopleWorld]

# How long an example takes says something about the machine, not about the rule.
settings.register_profile(
    "project", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("project")

share_statements()
share_rules()

SELDOM: Final = (50_000, 20, 100)
"""An application with its people is some 20,000 objects, which mostly die with their test."""
LONGEST_PLAIN_TEXT: Final = 30
LONGEST_PLAIN_NUMBER: Final = 1e8


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage only among what tests make, and seldom: the tests themselves are none.

    It takes a third of the time of collecting them, and of running those that make applications.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the suites that did not run, and what they lack."""
    lines = summary_lines(terminalreporter.stats.get("skipped", []))
    if lines:
        terminalreporter.section("not run")
        for line in lines:
            terminalreporter.line(line)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Keep values that differ from process to process (keys, times) out of the tests' names.

    Parallel processes must give one test the same name.
    """
    made_up = isinstance(val, float) and val > LONGEST_PLAIN_NUMBER
    long_text = isinstance(val, str | bytes) and len(val) > LONGEST_PLAIN_TEXT
    return argname if made_up or long_text else None


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    """Copies of one migrated file."""
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    """A cluster of this test process (it starts in less than a second) and its databases."""
    databases = PostgresDatabases()
    yield databases
    databases.remove()


@pytest.fixture
def sqlite_url(sqlite_databases: SqliteDatabases, tmp_path: Path) -> str:
    """URL of a migrated, empty SQLite file of this test alone."""
    return sqlite_databases.copy_to(tmp_path / "authserver.db")


@pytest.fixture
def postgresql_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """URL of a migrated, empty PostgreSQL database of this test alone (Unix socket)."""
    name = postgres_databases.take()
    yield postgres_databases.cluster.url(name)
    postgres_databases.give_back(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice: on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[SqlDatabase]:
    """A migrated, empty database; the test runs on both back-ends."""
    with opened(database_url) as database:
        yield database


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[SqlDatabase]:
    """A migrated, empty SQLite database."""
    with opened(sqlite_url) as database:
        yield database


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[SqlDatabase]:
    """A migrated, empty PostgreSQL database."""
    with opened(postgresql_url) as database:
        yield database


@pytest.fixture(scope="session")
def spare_cluster() -> Iterator[PostgresCluster]:
    """A second cluster, so that stopping it disturbs nobody."""
    cluster = PostgresCluster()
    yield cluster
    cluster.remove()


@pytest.fixture
def postgres_cluster(spare_cluster: PostgresCluster) -> Iterator[PostgresCluster]:
    """A running, empty cluster of this test alone, for tests that stop, pause or starve it."""
    yield spare_cluster
    spare_cluster.freshen()


@pytest.fixture(scope="session")
def people_installations(
    tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteDatabases
) -> Installations[PeopleInstallation]:
    """Copies of one installation over https, with cheap passwords, where nobody is yet."""
    folder = tmp_path_factory.mktemp("people")
    return Installations(folder, sqlite_databases, PeopleInstallation, OVERRIDES)


@pytest.fixture(scope="session")
def peopled(
    tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteDatabases
) -> tuple[Installations[PeopleInstallation], Cast]:
    """Copies of one installation where people live: moving in takes as long as starting."""
    folder = tmp_path_factory.mktemp("peopled")
    installations = Installations(folder, sqlite_databases, PeopleInstallation, OVERRIDES)
    return installations, installations.furnish(move_in)


@pytest.fixture
def make_world(
    peopled: tuple[Installations[PeopleInstallation], Cast], tmp_path: Path
) -> Iterator[MakeWorld]:
    """Makes a world with people in it; keywords are settings by environment name."""
    installations, cast = peopled
    with ExitStack() as stack:

        def make(**overrides: str) -> PeopleWorld:
            made = installations.make(tmp_path / "people", overrides)
            # Nobody lives in another database than the one that was copied.
            present = None if "AUTHSERVER_DATABASE_URL" in overrides else cast
            return PeopleWorld(stack.enter_context(made), present)

        yield make


@pytest.fixture
def world(make_world: MakeWorld) -> PeopleWorld:
    """A world with people in it, of this test alone."""
    return make_world()
