"""`POST /oauth2/token` (RFC 6749 section 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.detail_grammar import DETAILS_CHARACTERS
from authserver.machine.gate import form_rules, read_form
from authserver.machine.responses import json_response
from authserver.protocol.requests import TokenRequest

if TYPE_CHECKING:
    from authserver.machine.requests import Request
    from authserver.machine.responses import Response
    from authserver.machine.routes import Endpoint
    from authserver.protocol.server import AuthorizationServer

LONGEST_TOKEN: Final = 16_384
"""What is no code or refresh token, but a token of another kind, is refused as such."""
RULES: Final = form_rules(
    {
        "grant_type": 200,
        "scope": 8192,
        "authorization_details": DETAILS_CHARACTERS,
        "resource": 500,
        "audience": 500,
        "code": LONGEST_TOKEN,
        "redirect_uri": 2048,
        "code_verifier": 1024,
        "refresh_token": LONGEST_TOKEN,
        "device_code": LONGEST_TOKEN,
        "subject_token": LONGEST_TOKEN,
        "subject_token_type": 200,
        "requested_token_type": 200,
        "actor_token": LONGEST_TOKEN,
        "actor_token_type": 200,
    },
    repeatable=("resource", "audience"),
)


def token_endpoint(server: AuthorizationServer) -> Endpoint:
    """The endpoint that answers with tokens of `server`."""

    def token(request: Request) -> Response:
        form = read_form(request, RULES)
        answer = server.token(
            TokenRequest(
                form.fields,
                form.every("resource"),
                form.credentials,
                request.call,
                form.every("audience"),
            )
        )
        return json_response(answer.body)

    return token
