"""The refresh token grant (RFC 6749 section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749.grants import RefreshTokenGrant as AuthlibGrant

from authserver.protocol.grants.spent_credentials import SpentCredential
from authserver.services.refreshing import PresentedRefreshToken

if TYPE_CHECKING:
    from authserver.services.user_tokens import PreparedTokens


class RefreshTokenGrant(SpentCredential, AuthlibGrant):  # type: ignore[misc]  # Authlib ships no types
    """New tokens for a refresh token; always with a successor, as the core rotates every family."""

    PARAMETER = "refresh_token"

    def tokens(self) -> PreparedTokens:
        """Rotate the family and issue."""
        request = self.request.token_request
        presented = PresentedRefreshToken(
            value=request.form["refresh_token"],
            scope=request.form.get("scope"),
            resources=request.resources,
            details=request.form.get("authorization_details"),
        )
        tokens: PreparedTokens = self.server.refreshing.refresh(
            self.request.client, presented, request.call
        )
        return tokens
