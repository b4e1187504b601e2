"""The authorization code grant at the token endpoint (RFC 6749 section 4.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant as AuthlibGrant

from authserver.domain.errors import InvalidField
from authserver.protocol.grants.bodies import token_body
from authserver.services.code_redemption import PresentedCode

if TYPE_CHECKING:
    from collections.abc import Mapping


class AuthorizationCodeGrant(AuthlibGrant):  # type: ignore[misc]  # Authlib ships no types
    """Tokens for a code.

    Authlib checks, issues and then deletes the code; two redemptions at once can both win that way.
    So its steps are not used: the core spends the code first.
    """

    TOKEN_ENDPOINT_AUTH_METHODS = (
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "none",
    )

    def validate_token_request(self) -> None:
        """Authenticate; what the code is worth is the core's to decide."""
        self.request.client = self.authenticate_token_endpoint_client()
        if "code" not in self.request.token_request.form:
            raise InvalidField("code", "required")

    def create_token_response(self) -> tuple[int, Mapping[str, object], list[tuple[str, str]]]:
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
        tokens = self.server.redemption.redeem(self.request.client, presented, request.call)
        body = token_body(
            tokens.access, refresh_token=tokens.refresh_token, id_token=tokens.id_token
        )
        return 200, body, self.TOKEN_RESPONSE_HEADER
