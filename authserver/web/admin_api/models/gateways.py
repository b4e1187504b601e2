"""Gateways and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from authserver.web.admin_api.models.members import (
    LONGEST_QUERY,
    ListQuery,
    Moment,
    Said,
    Shown,
    timed,
    unstated,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Cookies = Literal["block", "observe", "allow"]


class GatewayQuery(ListQuery):
    """Which gateways."""

    q: str = Field("", max_length=LONGEST_QUERY, description="Words in name or resource.")
    resource: str = unstated(max_length=100)
    sort: Literal["name", "-name"] = "name"


class NewGateway(Said):
    """A gateway in front of a site."""

    name: str
    resource: str = Field(description="The name of the site.")
    session_cookies: Cookies = Field(
        "block", description="What becomes of calls with a browser's session and no token."
    )


class GatewayPatch(Said):
    """What changes."""

    session_cookies: Cookies


class GatewayShown(Shown):
    """A gateway. Its keys are a list of their own."""

    name: str
    resource: str
    session_cookies: str
    created_at: Moment


class GatewayPage(Shown):
    """Some gateways, and the cursor of the next ones."""

    items: list[GatewayShown]
    next_cursor: str | None


class MadeGateway(Shown):
    """A registered gateway; its key is in this answer and nowhere else."""

    gateway: GatewayShown
    gateway_key: str


class GatewayKeyShown(Shown):
    """A gateway's key: how it ends, never its value."""

    secret_id: str
    ends_with: str
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None


class GatewayKeyPage(Shown):
    """The keys of a gateway, the oldest first."""

    items: list[GatewayKeyShown]
    next_cursor: None = None


class GatewayKeyRotation(Said):
    """How the key changes."""

    overlap_seconds: int = Field(86_400, description="How long the old keys go on at most.")


class MadeGatewayKey(Shown):
    """A new key, in this answer and nowhere else."""

    name: str
    gateway_key: str
    secret_id: str
    old_keys_end_at: Moment


def gateway_shown(described: Mapping[str, object]) -> GatewayShown:
    """A gateway as `services.gateways.described` has it."""
    members = timed(described, "created_at")
    members.pop("keys")
    return GatewayShown.model_validate(members)


def gateway_key_shown(described: Mapping[str, object]) -> GatewayKeyShown:
    """A key as `described` has it among a gateway's."""
    return GatewayKeyShown.model_validate(
        timed(described, "created_at", "expires_at", "last_used_at")
    )
