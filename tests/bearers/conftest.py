"""Installations that accept tokens of a fake provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.providers import ProviderKind
from tests.federation.bearing import Bearing, BearingInstallation, bearing
from tests.rfc.installations import Installations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.databases import SqliteDatabases


@pytest.fixture(scope="session")
def bearing_installations(
    tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteDatabases
) -> Installations[BearingInstallation]:
    """Copies of one installation."""
    folder = tmp_path_factory.mktemp("bearers")
    return Installations(folder, sqlite_databases, BearingInstallation)


@pytest.fixture
def installation(
    bearing_installations: Installations[BearingInstallation], tmp_path: Path
) -> Iterator[BearingInstallation]:
    """A fresh one, whose calls to providers stay inside the process."""
    with bearing_installations.make(tmp_path / "installation") as made:
        yield made


@pytest.fixture
def okta(installation: BearingInstallation) -> Bearing:
    """Okta, one person, one site with a gateway."""
    return bearing(installation, ProviderKind.OKTA)


@pytest.fixture
def cognito(installation: BearingInstallation) -> Bearing:
    """The same with Cognito."""
    return bearing(installation, ProviderKind.COGNITO)
