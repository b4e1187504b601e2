"""`POST /oauth2/introspect` (RFC 7662)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidClient
from authserver.machine.gate import form_rules, read_form
from authserver.machine.responses import NO_STORE, Response, json_response

if TYPE_CHECKING:
    from authserver.domain.tokens import AccessToken
    from authserver.machine.requests import Request
    from authserver.machine.routes import Endpoint
    from authserver.services.introspection import Introspection
    from authserver.services.resource_authentication import ResourceAuthentication

RULES: Final = form_rules({"token": 16_384, "token_type_hint": 100})
INACTIVE: Final = Response(200, NO_STORE, b'{"active":false}\n')
"""The one answer for every token that is not good, whatever the reason."""


def introspection_endpoint(
    authentication: ResourceAuthentication, introspection: Introspection
) -> Endpoint:
    """The endpoint where protected resources ask about tokens meant for them.

    `token_type_hint` is read and changes nothing: every kind of token is looked at.
    """

    def introspect(request: Request) -> Response:
        form = read_form(request, RULES)
        if form.credentials is None:
            raise InvalidClient("no credentials presented")
        call = request.call
        resource = authentication.authenticate(form.credentials, call)
        token = introspection.active_token(form.require("token"), resource, call)
        return INACTIVE if token is None else json_response(_active(token))

    return introspect


def _active(token: AccessToken) -> dict[str, object]:
    return {
        "active": True,
        "scope": token.scope,
        "client_id": token.client_id,
        "token_type": "Bearer",
        "exp": token.expires_at,
        "iat": token.issued_at,
        "sub": token.subject,
        "aud": token.audience,
        "iss": token.issuer,
        "jti": token.token_id,
    }
