"""One served issuer for all clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.realm import Realm, serve_realm

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    """The issuer behind TLS."""
    with serve_realm(tmp_path_factory.mktemp("clients")) as realm:
        yield realm
