"""Installations and servers to knock at."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.federation.bearing import BearingInstallation
from tests.rfc.installations import Installation, Installations
from tests.rfc.served import Served, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import SqliteDatabases
    from tests.instances import Caller, Site
    from tests.rfc.lanes import Lane

    MakeInstallation = Callable[..., Installation]


@pytest.fixture(scope="session")
def installations(
    tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteDatabases
) -> Installations[Installation]:
    """Copies of one installation."""
    return Installations(tmp_path_factory.mktemp("rfc"), sqlite_databases, Installation)


@pytest.fixture
def make_installation(
    installations: Installations[Installation], tmp_path: Path
) -> Iterator[MakeInstallation]:
    """Makes a fresh installation; keywords are settings by environment name."""
    with ExitStack() as stack:

        def make(**overrides: str) -> Installation:
            return stack.enter_context(installations.make(tmp_path / "installation", overrides))

        yield make


@pytest.fixture
def installation(make_installation: MakeInstallation) -> Installation:
    """A fresh installation of this test alone."""
    return make_installation()


@pytest.fixture(scope="session")
def bearing_installations(
    tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteDatabases
) -> Installations[BearingInstallation]:
    """Copies of one installation whose calls to providers stay inside the process."""
    folder = tmp_path_factory.mktemp("bearing")
    return Installations(folder, sqlite_databases, BearingInstallation)


@pytest.fixture
def bearing_installation(
    bearing_installations: Installations[BearingInstallation], tmp_path: Path
) -> Iterator[BearingInstallation]:
    """One of this test alone."""
    with bearing_installations.make(tmp_path / "bearing") as made:
        yield made


@pytest.fixture
def lane(installation: Installation) -> Lane:
    """The way into `installation`."""
    return installation.lane


@pytest.fixture
def jira(installation: Installation) -> Site:
    """A Jira site whose tokens are signed by ES256."""
    return installation.site("jira")


@pytest.fixture
def wiki(installation: Installation) -> Site:
    """A Confluence site whose tokens are signed by RS256."""
    return installation.site("wiki", "confluence-dc", signing_algorithm="RS256")


@pytest.fixture
def reader(installation: Installation, jira: Site) -> Caller:
    """A client that may read and write at `jira`."""
    return installation.caller("reader", jira, "READ", "WRITE")


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A whole server with two workers, for what only a socket or real processes show."""
    with serve(tmp_path_factory.mktemp("served") / "server") as served:
        yield served
