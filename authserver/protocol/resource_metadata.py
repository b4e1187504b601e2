"""What the administration API says of itself as a protected resource (RFC 9728)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"


def metadata_path(identifier: str) -> str:
    """Where the metadata of a resource is: the name comes before its path (section 3.1)."""
    return WELL_KNOWN + urlsplit(identifier).path


def protected_resource_metadata(
    identifier: str, issuer: str, scopes: Iterable[str]
) -> dict[str, object]:
    """The document of section 2: whose tokens it takes, for which scopes, and in the header alone.

    `identifier` is the resource's, which clients compare with what they asked for.
    """
    return {
        "resource": identifier,
        "resource_name": "authserver administration",
        "authorization_servers": [issuer],
        "scopes_supported": sorted(scopes),
        "bearer_methods_supported": ["header"],
    }
