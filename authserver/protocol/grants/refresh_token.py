"""The refresh token grant (RFC 6749 section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749.grants import RefreshTokenGrant as AuthlibGrant

from authserver.domain.errors import InvalidField
from authserver.protocol.grants.bodies import token_body
from authserver.services.refreshing import PresentedRefreshToken

if TYPE_CHECKING:
    from collections.abc import Mapping


class RefreshTokenGrant(AuthlibGrant):  # type: ignore[misc]  # Authlib ships no types
    """New tokens for a refresh token; always with a successor, as the core rotates every family."""

    TOKEN_ENDPOINT_AUTH_METHODS = (
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "none",
    )

    def validate_token_request(self) -> None:
        """Authenticate; what the token is worth is the core's to decide."""
        self.request.client = self.authenticate_token_endpoint_client()
        if "refresh_token" not in self.request.token_request.form:
            raise InvalidField("refresh_token", "required")

    def create_token_response(self) -> tuple[int, Mapping[str, object], list[tuple[str, str]]]:
        """Rotate the family and issue."""
        request = self.request.token_request
        presented = PresentedRefreshToken(
            value=request.form["refresh_token"],
            scope=request.form.get("scope"),
            resources=request.resources,
            details=request.form.get("authorization_details"),
        )
        tokens = self.server.refreshing.refresh(self.request.client, presented, request.call)
        body = token_body(
            tokens.access, refresh_token=tokens.refresh_token, id_token=tokens.id_token
        )
        return 200, body, self.TOKEN_RESPONSE_HEADER
