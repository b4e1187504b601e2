"""The device authorization grant at the token endpoint (RFC 8628 section 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.oauth2.rfc8628 import DeviceCodeGrant as AuthlibGrant

from authserver.domain.errors import InvalidField
from authserver.protocol.grants.bodies import token_body
from authserver.services.device_polling import PresentedDeviceCode
from authserver.services.requested_details import refuse_here

if TYPE_CHECKING:
    from collections.abc import Mapping


class DeviceCodeGrant(AuthlibGrant):  # type: ignore[misc]  # Authlib ships no types
    """Tokens for a device whose user allowed it.

    Authlib looks at the credential and issues in two steps; two polls at once can both win that
    way. So its steps are not used: the core spends the code in one.
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
        if "device_code" not in self.request.token_request.form:
            raise InvalidField("device_code", "required")

    def create_token_response(self) -> tuple[int, Mapping[str, object], list[tuple[str, str]]]:
        """Answer the poll."""
        request = self.request.token_request
        refuse_here(request.form.get("authorization_details"), "for devices")
        presented = PresentedDeviceCode(request.form["device_code"], request.resources)
        tokens = self.server.device_polling.poll(self.request.client, presented, request.call)
        body = token_body(
            tokens.access, refresh_token=tokens.refresh_token, id_token=tokens.id_token
        )
        return 200, body, self.TOKEN_RESPONSE_HEADER
