"""The body of a successful answer (RFC 6749 section 5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.access_details import stated

if TYPE_CHECKING:
    from authserver.domain.tokens import IssuedToken


def token_body(
    access: IssuedToken, *, refresh_token: str = "", id_token: str = ""
) -> dict[str, object]:
    """The members, `scope` being what was truly granted; empty texts are left out."""
    token = access.token
    body: dict[str, object] = {
        "access_token": access.value,
        "token_type": "Bearer",
        "expires_in": token.expires_at - token.issued_at,
        "scope": token.scope,
    }
    if token.details is not None:
        body["authorization_details"] = stated(token.details)
    if refresh_token:
        body["refresh_token"] = refresh_token
    if id_token:
        body["id_token"] = id_token
    return body
