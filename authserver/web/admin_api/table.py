"""Every endpoint of the administration API. What is not here is not served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.web.admin_api import (
    clients,
    connect_keys,
    describing,
    gateways,
    grants,
    groups,
    hand_overs,
    identities,
    initial_tokens,
    keys,
    resources,
    sessions,
    settings,
    user_support,
    users,
)

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Endpoint

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *describing.ENDPOINTS,
    *clients.ENDPOINTS,
    *resources.ENDPOINTS,
    *hand_overs.ENDPOINTS,
    *gateways.ENDPOINTS,
    *connect_keys.ENDPOINTS,
    *initial_tokens.ENDPOINTS,
    *keys.ENDPOINTS,
    *users.ENDPOINTS,
    *user_support.ENDPOINTS,
    *groups.ENDPOINTS,
    *sessions.ENDPOINTS,
    *grants.ENDPOINTS,
    *identities.ENDPOINTS,
    *settings.ENDPOINTS,
)
