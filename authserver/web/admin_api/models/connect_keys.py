"""Keys of Connect apps and custom integrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from authserver.services.connect_key_rules import described
from authserver.web.admin_api.models.clients import MOST, Names
from authserver.web.admin_api.models.members import (
    LONGEST_QUERY,
    ListQuery,
    Moment,
    Said,
    Shown,
    moment,
    unstated,
)
from authserver.web.written_names import name_as_segment

if TYPE_CHECKING:
    from authserver.domain.connect_keys import ConnectKey


class ConnectKeyQuery(ListQuery):
    """Which keys."""

    q: str = Field("", max_length=LONGEST_QUERY, description="Words in issuer or client.")
    resource: str = unstated(max_length=100)


class Material(Said):
    """What verifies: a shared secret (HS256) or a JWK set of RSA keys (RS256), one of the two."""

    secret: str | None = None
    jwks: dict[str, Any] | None = None


class NewConnectKey(Material):
    """Who may sign calls to a site as one of our clients."""

    resource: str
    issuer: str = Field(description="The `iss` of its JWTs.")
    client_id: str
    audience: str = ""
    scopes: Names = Field([], max_length=MOST)
    descriptor_scopes: Names = Field(
        [], max_length=MOST, description="Scopes by Atlassian's names in descriptors."
    )


class ConnectKeyRotation(Material):
    """What verifies from now on."""

    overlap_seconds: int = Field(86_400, description="How long the secret before goes on.")


class ConnectKeyShown(Shown):
    """A Connect key without what it verifies with. `key_id` names it in paths."""

    key_id: str
    issuer: str
    resource: str
    client_id: str
    kind: str
    audience: str
    scopes: list[str]
    enabled: bool
    created_at: Moment
    changed_at: Moment


class ConnectKeyPage(Shown):
    """Some keys, and the cursor of the next ones."""

    items: list[ConnectKeyShown]
    next_cursor: str | None


def connect_key_shown(key: ConnectKey) -> ConnectKeyShown:
    """A key as `services.connect_key_rules.described` has it, with its times."""
    return ConnectKeyShown.model_validate(
        {
            **described(key),
            "key_id": name_as_segment(key.issuer),
            "created_at": moment(key.created_at),
            "changed_at": moment(key.changed_at),
        }
    )
