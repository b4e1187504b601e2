"""`POST /oauth2/device_authorization` (RFC 8628 section 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.detail_grammar import DETAILS_CHARACTERS
from authserver.domain.errors import InvalidClient
from authserver.domain.user_codes import shown_user_code
from authserver.machine.gate import form_rules, read_form
from authserver.machine.responses import json_response
from authserver.machine.routes import HEADERS_READ as USUAL_HEADERS
from authserver.services.requested_details import refuse_here

if TYPE_CHECKING:
    from authserver.machine.requests import Request
    from authserver.machine.responses import Response
    from authserver.machine.routes import Endpoint
    from authserver.services.client_authentication import ClientAuthentication
    from authserver.services.device_requests import DeviceRequests

RULES: Final = form_rules(
    {"scope": 8192, "resource": 500, "authorization_details": DETAILS_CHARACTERS},
    repeatable=("resource",),
)
HEADERS_READ: Final = (*USUAL_HEADERS, "User-Agent")
"""The user is shown what kind of program asks."""


def device_authorization_endpoint(
    authentication: ClientAuthentication, requests: DeviceRequests, verification_uri: str
) -> Endpoint:
    """The endpoint where devices begin; `verification_uri` is the page for their users."""

    def begin(request: Request) -> Response:
        form = read_form(request, RULES)
        if form.credentials is None:
            raise InvalidClient("no credentials presented")
        client = authentication.authenticate(form.credentials, request.call)
        refuse_here(form.get("authorization_details"), "for devices")
        started = requests.begin(
            client,
            form.get("scope"),
            form.every("resource"),
            user_agent=request.headers.get("user-agent", ""),
            call=request.call,
        )
        shown = shown_user_code(started.user_code)
        return json_response(
            {
                "device_code": started.device_code,
                "user_code": shown,
                "verification_uri": verification_uri,
                "verification_uri_complete": f"{verification_uri}?user_code={shown}",
                "expires_in": started.expires_in,
                "interval": started.interval,
            }
        )

    return begin
