"""The authorization code grant at the token endpoint (RFC 6749 section 4.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant as AuthlibGrant

from authserver.protocol.grants.spent_credentials import SpentCredential
from authserver.services.code_redemption import PresentedCode

if TYPE_CHECKING:
    from authserver.services.user_tokens import PreparedTokens


class AuthorizationCodeGrant(SpentCredential, AuthlibGrant):  # type: ignore[misc]  # Authlib ships no types
    """Tokens for a code."""

    PARAMETER = "code"

    def tokens(self) -> PreparedTokens:
        """Redeem the code."""
        request = self.request.token_request
        form = request.form
        presented = PresentedCode(
            code=form["code"],
            redirect_uri=form.get("redirect_uri"),
            code_verifier=form.get("code_verifier"),
            resources=request.resources,
            details=form.get("authorization_details"),
        )
        tokens: PreparedTokens = self.server.redemption.redeem(
            self.request.client, presented, request.call
        )
        return tokens
