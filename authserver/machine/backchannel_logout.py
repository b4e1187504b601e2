"""`POST /oauth2/backchannel-logout/<provider>` (OpenID Connect Back-Channel Logout section 2.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.machine.gate import form_rules, read_form
from authserver.machine.responses import Response

if TYPE_CHECKING:
    from authserver.machine.requests import Request
    from authserver.machine.routes import Endpoint
    from authserver.services.upstream_logouts import UpstreamLogouts

PATH: Final = "/oauth2/backchannel-logout/"
"""One endpoint for each provider: its name follows."""
BODY_LIMIT: Final = 20_480
RULES: Final = form_rules({"logout_token": 16_384})
DONE: Final = Response(200, (("Cache-Control", "no-store"),), b"")


def backchannel_logout_endpoint(logouts: UpstreamLogouts) -> Endpoint:
    """The endpoint where identity providers say that their sessions are over."""

    def receive(request: Request) -> Response:
        logout_token = read_form(request, RULES).require("logout_token")
        logouts.receive(request.path.removeprefix(PATH), logout_token, request.call)
        return DONE

    return receive
