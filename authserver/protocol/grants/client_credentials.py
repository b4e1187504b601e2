"""The client credentials grant (RFC 6749 section 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant as AuthlibGrant

from authserver.protocol.grants.bodies import token_body

if TYPE_CHECKING:
    from collections.abc import Mapping


class ClientCredentialsGrant(AuthlibGrant):  # type: ignore[misc]  # Authlib ships no types
    """Access for the client itself. No refresh token, no user scopes (RFC 9700 section 4.15)."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")

    def validate_token_request(self) -> None:
        """Authenticate; what the client may have is the issuing service's to decide."""
        self.request.client = self.authenticate_token_endpoint_client()

    def create_token_response(self) -> tuple[int, Mapping[str, object], list[tuple[str, str]]]:
        """Issue, and state what was truly granted (RFC 6749 section 5.1)."""
        request = self.request.token_request
        issued = self.server.issuance.client_credentials(
            self.request.client,
            request.form.get("scope"),
            request.resources,
            request.call,
            details=request.form.get("authorization_details"),
        )
        return 200, token_body(issued), self.TOKEN_RESPONSE_HEADER
