"""Whole servers that race: two on one PostgreSQL database, or one with two workers on SQLite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.instances import Caller, Instance, Site
from tests.races.deployments import DEPLOYMENTS, ON_POSTGRESQL
from tests.races.families import Deployment, Family, family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fleet:
    """Servers of one deployment, one registered site and one client."""

    servers: tuple[Instance, ...]
    site: Site
    caller: Caller

    @property
    def first(self) -> Instance:
        """Where tokens are asked for and revoked."""
        return self.servers[0]


@pytest.fixture(scope="package", params=DEPLOYMENTS)
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """Where families of servers keep their data; everything runs on both kinds."""
    if request.param == ON_POSTGRESQL:
        return Deployment(request.getfixturevalue("postgres_databases"))
    return Deployment(None)


@pytest.fixture(scope="package")
def racing(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Family]:
    """The family of every test that needs none of its own."""
    with family(tmp_path_factory.mktemp("families"), deployment, {}) as racing:
        yield racing


@pytest.fixture(params=DEPLOYMENTS)
def make_fleet(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[Mapping[str, str]], Fleet]]:
    """Starts a fleet; the argument is added to the servers' environment."""
    started: list[Instance] = []
    on_postgresql = request.param == ON_POSTGRESQL
    # Asked for here, not in `make`: a fixture that is asked for later is taken away earlier.
    url = request.getfixturevalue("postgresql_url") if on_postgresql else ""

    def make(extra: Mapping[str, str]) -> Fleet:
        overrides = dict(extra)
        count = 1
        if on_postgresql:
            overrides["AUTHSERVER_DATABASE_URL"] = url
            count = 2
        first = Instance(tmp_path / "server-1", overrides).initialise()
        started.append(first)
        site = first.register_site("jira-main", "jira-dc", "https://jira.example.com")
        caller = first.register_caller("racer", site, "READ")
        shared = {
            **overrides,
            "AUTHSERVER_ISSUER": first.url,
            "AUTHSERVER_KEYS_DIRECTORY": str(first.folder / "keys"),
        }
        started.extend(
            Instance(tmp_path / f"server-{number}", shared).initialise()
            for number in range(2, count + 1)
        )
        for server in started:
            server.start()
        return Fleet(tuple(started), site, caller)

    yield make
    for server in started:
        server.stop()
