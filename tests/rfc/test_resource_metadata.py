"""What the administration API says of itself (RFC 9728)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from authserver.domain.roles import PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.rfc.installations import Installation


@pytest.mark.parametrize("issuer", ["https://auth.example.org", "https://auth.example.org/sso"])
def test_the_metadata_are_found_by_the_identifier(
    make_installation: Callable[..., Installation], issuer: str
) -> None:
    installation = make_installation(AUTHSERVER_ISSUER=issuer)
    identifier = installation.administration().identifier
    path = "/.well-known/oauth-protected-resource" + urlsplit(identifier).path
    answer = installation.lane.get(path)
    assert answer.status == 200
    assert answer.json["resource"] == identifier
    assert answer.json["authorization_servers"] == [issuer]
    assert answer.json["scopes_supported"] == sorted(PERMISSIONS)
    assert answer.json["bearer_methods_supported"] == ["header"]
