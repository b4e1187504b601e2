"""`POST /oauth2/par` (RFC 9126)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_queries import LIMITS, REPEATABLE
from authserver.domain.errors import InvalidClient
from authserver.machine.gate import form_rules, read_form
from authserver.machine.responses import json_response
from authserver.protocol.authorization_parameters import of_form

if TYPE_CHECKING:
    from authserver.machine.requests import Request
    from authserver.machine.responses import Response
    from authserver.machine.routes import Endpoint
    from authserver.services.authorization_front import AuthorizationFront
    from authserver.services.client_authentication import ClientAuthentication

RULES: Final = form_rules(
    {name: limit for name, limit in LIMITS.items() if name != "client_id"}, repeatable=REPEATABLE
)


def par_endpoint(authentication: ClientAuthentication, front: AuthorizationFront) -> Endpoint:
    """The endpoint where clients send their authorization requests ahead of the user."""

    def push(request: Request) -> Response:
        form = read_form(request, RULES)
        if form.credentials is None:
            raise InvalidClient("no credentials presented")
        client = authentication.authenticate(form.credentials, request.call)
        query = of_form({**form.fields, "client_id": client.client_id}, form.every("resource"))
        held = front.push(client, query, request.call)
        body = {"request_uri": held.request_uri, "expires_in": held.expires_in}
        return json_response(body, status=201)

    return push
