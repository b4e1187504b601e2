"""One server for the gateways that foreign programs call through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.instances import Instance

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def gateway_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running server; each gateway has a site of its own there."""
    with Instance(tmp_path_factory.mktemp("gateways") / "server").initialise().start() as server:
        yield server
