"""oidcc-config-certification-test-plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oidf.discovery import check_discovery

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld


def test_oidcc_discovery_endpoint_verification(world: PeopleWorld) -> None:
    document = check_discovery(world)
    assert "authorization_code" in document["grant_types_supported"]
    assert "code" in document["response_types_supported"]
    assert "registration_endpoint" not in document
