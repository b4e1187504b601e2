"""`GET` and `POST /oauth2/userinfo` (OpenID Connect Core section 5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.machine.bearer_tokens import presented_token
from authserver.machine.responses import Headers, Response, json_response

if TYPE_CHECKING:
    from authserver.machine.requests import Request
    from authserver.machine.routes import Endpoint
    from authserver.services.userinfo import Userinfo

JWT: Final[Headers] = (
    ("Content-Type", "application/jwt"),
    ("Cache-Control", "no-store"),
    ("Pragma", "no-cache"),
)


def userinfo_endpoint(userinfo: Userinfo) -> Endpoint:
    """The endpoint, for both methods: a `POST` may bring the token in its form."""

    def tell(request: Request) -> Response:
        answer = userinfo.tell(presented_token(request), request.call)
        if answer.signed is not None:
            return Response(200, JWT, answer.signed.encode("ascii"))
        return json_response(answer.claims)

    return tell
