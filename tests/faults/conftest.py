"""Servers to be hurt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.instances import Caller, Instance, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    StartServer = Callable[..., tuple[Instance, Site, Caller]]


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts a server with one site and one client; keywords are settings by environment name.

    Ask for it after the database: what is asked for last is taken away first.
    """
    started: list[Instance] = []

    def start(**overrides: str) -> tuple[Instance, Site, Caller]:
        instance = Instance(tmp_path / "server", overrides).initialise()
        started.append(instance)
        site = instance.register_site("jira-main", "jira-dc", "https://jira.example.com")
        caller = instance.register_caller("worker", site, "READ")
        instance.start()
        return instance, site, caller

    yield start
    for instance in started:
        instance.stop()
