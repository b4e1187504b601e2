"""The device authorization grant at the token endpoint (RFC 8628 section 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlib.oauth2.rfc8628 import DeviceCodeGrant as AuthlibGrant

from authserver.protocol.grants.spent_credentials import SpentCredential
from authserver.services.device_polling import PresentedDeviceCode
from authserver.services.requested_details import refuse_here

if TYPE_CHECKING:
    from authserver.services.user_tokens import PreparedTokens


class DeviceCodeGrant(SpentCredential, AuthlibGrant):  # type: ignore[misc]  # Authlib ships no types
    """Tokens for a device whose user allowed it."""

    PARAMETER = "device_code"

    def tokens(self) -> PreparedTokens:
        """Answer the poll."""
        request = self.request.token_request
        refuse_here(request.form.get("authorization_details"), "for devices")
        presented = PresentedDeviceCode(request.form["device_code"], request.resources)
        tokens: PreparedTokens = self.server.device_polling.poll(
            self.request.client, presented, request.call
        )
        return tokens
