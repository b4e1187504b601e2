"""Clients with users, as an administrator states them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.clients import GrantType
from authserver.domain.errors import InvalidField
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientUpdate
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from authserver.domain.clients import Client

CALLBACK = "https://app.example.com/callback"
CODE = (GrantType.AUTHORIZATION_CODE,)
REFRESHING = (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)


def made(world: World, *, client: Any = None, **stated: Any) -> Client:
    """A new client with users; `stated` is its profile, `client` everything else."""
    profile = ProfileChanges(**{"redirect_uris": [CALLBACK], **stated})
    draft = {"grant_types": CODE, "scopes": ["openid"], "resources": [], **(client or {})}
    return world.add_client("app", profile=profile, **draft).client


def refused(world: World, *, client: Any = None, **stated: Any) -> InvalidField:
    with pytest.raises(InvalidField) as refusal:
        made(world, client=client, **stated)
    assert not world.database.state.clients
    return refusal.value


def changed(world: World, *, client: Any = None, **stated: Any) -> Client:
    update = ClientUpdate(profile=ProfileChanges(**stated), **(client or {}))
    return world.clients.update("app", update, ADMIN)


def change_refused(world: World, *, client: Any = None, **stated: Any) -> InvalidField:
    before = world.database.state.clients
    with pytest.raises(InvalidField) as refusal:
        changed(world, client=client, **stated)
    assert world.database.state.clients == before
    return refusal.value
