"""Every endpoint of the administration API. What is not here is not served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.web.admin_api import clients, describing, gateways, hand_overs, resources

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Endpoint

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *describing.ENDPOINTS,
    *clients.ENDPOINTS,
    *resources.ENDPOINTS,
    *hand_overs.ENDPOINTS,
    *gateways.ENDPOINTS,
)
