"""Token exchange at the token endpoint (RFC 8693), narrowed to tokens of identity providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from authserver.domain.clients import GrantType
from authserver.domain.errors import InvalidField
from authserver.protocol.grants.bodies import token_body
from authserver.services.requested_details import refuse_here
from authserver.services.token_exchange import PresentedSubjectToken

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type
JWT: Final = "urn:ietf:params:oauth:token-type:jwt"
SUBJECT_TYPES: Final = (ACCESS_TOKEN, JWT)
"""An ID token is none of them: it says who signed in, not what anybody may do."""
UNSUPPORTED: Final = ("actor_token", "actor_token_type")


class TokenExchangeGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]  # Authlib has no types
    """Our access token for a provider's. No delegation, no refresh token, one site."""

    GRANT_TYPE = str(GrantType.TOKEN_EXCHANGE)
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")

    def validate_token_request(self) -> None:
        """Authenticate, and let no parameter pass that would go unheeded."""
        self.request.client = self.authenticate_token_endpoint_client()
        form = self.request.token_request.form
        for name in UNSUPPORTED:
            if name in form:
                raise InvalidField(name, "absent, nobody acts for somebody else here")
        if "subject_token" not in form:
            raise InvalidField("subject_token", "required")
        if form.get("subject_token_type") not in SUBJECT_TYPES:
            raise InvalidField("subject_token_type", "one of " + ", ".join(SUBJECT_TYPES))
        if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
            raise InvalidField("requested_token_type", f"absent, or {ACCESS_TOKEN}")

    def create_token_response(self) -> tuple[int, Mapping[str, object], list[tuple[str, str]]]:
        """Exchange it, and state what was truly granted (RFC 8693 section 2.2.1)."""
        request = self.request.token_request
        refuse_here(request.form.get("authorization_details"), "with token exchange")
        presented = PresentedSubjectToken(
            request.form["subject_token"],
            request.form.get("scope"),
            (*request.resources, *request.audiences),
        )
        tokens = self.server.token_exchange.exchange(self.request.client, presented, request.call)
        body = {**token_body(tokens.access), "issued_token_type": ACCESS_TOKEN}
        return 200, body, self.TOKEN_RESPONSE_HEADER
