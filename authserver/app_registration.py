"""The endpoints of devices and of clients that register themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.crypto.client_assertions import assertion_algorithms
from authserver.machine import device_authorization, register
from authserver.machine.device_authorization import device_authorization_endpoint
from authserver.machine.register import RegisterEndpoint
from authserver.machine.routes import Route
from authserver.settings_people import REGISTRATION_OFF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.wiring import Container


def device_routes(container: Container) -> Sequence[Route]:
    """Where devices begin."""
    endpoint = device_authorization_endpoint(
        container.client_authentication,
        container.device_requests,
        container.settings.issuer + "/device",
    )
    return (
        Route(
            "/oauth2/device_authorization",
            {"POST": endpoint},
            headers=device_authorization.HEADERS_READ,
        ),
    )


def registration_routes(container: Container) -> Sequence[Route]:
    """Where clients register themselves; nowhere unless the settings open it."""
    settings = container.settings
    if settings.registration.mode == REGISTRATION_OFF:
        return ()
    endpoint = RegisterEndpoint(
        container.registrations,
        settings.issuer,
        assertion_algorithms(rs256=settings.clients.takes_rs256),
    )
    return (Route("/oauth2/register", endpoint.methods, body_limit=register.BODY_LIMIT),)
