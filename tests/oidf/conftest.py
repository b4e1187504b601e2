"""Servers for the plans: one for all modules of a plan, as in a real run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.people.world import PeopleWorld

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.people.world import PeopleInstallation
    from tests.rfc.installations import Installations


@pytest.fixture(scope="module")
def world(
    people_installations: Installations[PeopleInstallation],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PeopleWorld]:
    """A server as it comes, with a user."""
    with people_installations.make(tmp_path_factory.mktemp("plan") / "people") as installation:
        yield PeopleWorld(installation)
