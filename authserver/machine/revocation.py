"""`POST /oauth2/revoke` (RFC 7009)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidClient
from authserver.machine.gate import form_rules, read_form
from authserver.machine.responses import NO_STORE, Response

if TYPE_CHECKING:
    from authserver.machine.requests import Request
    from authserver.machine.routes import Endpoint
    from authserver.services.client_authentication import ClientAuthentication
    from authserver.services.revocation import Revocation

RULES: Final = form_rules({"token": 16_384, "token_type_hint": 100})
DONE: Final = Response(200, NO_STORE, b"{}\n")
"""The one answer, whether there was something to revoke or not (RFC 7009 section 2.2)."""


def revocation_endpoint(authentication: ClientAuthentication, revocation: Revocation) -> Endpoint:
    """The endpoint where clients take their own tokens back.

    `token_type_hint` is read and changes nothing: every kind of token is looked at.
    """

    def revoke(request: Request) -> Response:
        form = read_form(request, RULES)
        if form.credentials is None:
            raise InvalidClient("no credentials presented")
        client = authentication.authenticate(form.credentials, request.call)
        revocation.revoke_token(client, form.require("token"), request.call)
        return DONE

    return revoke
