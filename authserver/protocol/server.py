"""The authorization server: Authlib dispatches the grants, the core decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from authlib.oauth2.rfc6749 import AuthorizationServer as AuthlibServer

from authserver.domain.errors import ProtocolRefusal
from authserver.protocol.grants.authorization_code import AuthorizationCodeGrant
from authserver.protocol.grants.client_credentials import ClientCredentialsGrant
from authserver.protocol.grants.device_code import DeviceCodeGrant
from authserver.protocol.grants.refresh_token import RefreshTokenGrant
from authserver.protocol.grants.token_exchange import TokenExchangeGrant
from authserver.protocol.requests import GrantRequest, TokenAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authlib.oauth2 import OAuth2Error

    from authserver.domain.clients import Client
    from authserver.protocol.requests import TokenRequest
    from authserver.services.client_authentication import ClientAuthentication
    from authserver.services.code_redemption import CodeRedemption
    from authserver.services.device_polling import DevicePolling
    from authserver.services.issuance import Issuance
    from authserver.services.refreshing import Refreshing
    from authserver.services.token_exchange import TokenExchange

GRANTS = (
    AuthorizationCodeGrant,
    RefreshTokenGrant,
    ClientCredentialsGrant,
    DeviceCodeGrant,
    TokenExchangeGrant,
)
"""Every grant this server speaks; metadata announces exactly these."""


class AuthorizationServer(AuthlibServer):  # type: ignore[misc]  # Authlib ships no types
    """Authlib's server on the machine lane's values instead of a framework's.

    Client authentication, issuing and storing are the core's: Authlib chooses the grant and keeps
    the order of its steps.
    """

    def __init__(
        self,
        *,
        token_endpoint: str,
        client_authentication: ClientAuthentication,
        issuance: Issuance,
        redemption: CodeRedemption,
        refreshing: Refreshing,
        device_polling: DevicePolling,
        token_exchange: TokenExchange,
    ) -> None:
        """Register every grant."""
        super().__init__()
        self.issuance = issuance
        self.redemption = redemption
        self.refreshing = refreshing
        self.device_polling = device_polling
        self.token_exchange = token_exchange
        self._token_endpoint = token_endpoint
        self._client_authentication = client_authentication
        for grant in GRANTS:
            self.register_grant(grant)

    @property
    def grant_types(self) -> Sequence[str]:
        """The registered names of the grants, as metadata states them."""
        return [grant.GRANT_TYPE for grant in GRANTS]

    def token(self, request: TokenRequest) -> TokenAnswer:
        """Answer a token request (RFC 6749 section 3.2).

        Raises:
            ProtocolRefusal: an OAuth error; StorageUnavailable: nobody can be sure now.
        """
        grant_type = request.form.get("grant_type")
        if grant_type is None:
            raise ProtocolRefusal(
                "invalid_request", "grant_type: required, one of " + ", ".join(self.grant_types)
            )
        if grant_type not in self.grant_types:
            raise ProtocolRefusal(
                "unsupported_grant_type", "grant_type: one of " + ", ".join(self.grant_types)
            )
        answer = self.create_token_response(request)
        assert isinstance(answer, TokenAnswer)  # noqa: S101 - handle_response makes nothing else
        return answer

    def authenticate_client(
        self, request: GrantRequest, methods: Sequence[str], endpoint: str = "token"
    ) -> Client:
        """Authenticate by the core: the single seam for every grant and endpoint."""
        del methods, endpoint  # each client is registered for one method, and held to it
        presented = request.token_request.presented
        if presented is None:
            raise ProtocolRefusal(
                "invalid_client", "client authentication failed", detail="no credentials presented"
            )
        client = self._client_authentication.authenticate(presented, request.token_request.call)
        request.auth_method = str(presented.method)
        return client

    def create_oauth2_request(self, request: TokenRequest) -> GrantRequest:
        """Wrap the frozen request: Authlib writes to what it is given."""
        return GrantRequest(self._token_endpoint, request)

    def handle_response(
        self, status: int, body: Mapping[str, object], headers: Sequence[tuple[str, str]]
    ) -> TokenAnswer:
        """Keep the body; status and headers are the lane's to choose."""
        del status, headers
        return TokenAnswer(body)

    def handle_error_response(self, request: Any, error: OAuth2Error) -> NoReturn:
        """Let Authlib's refusals leave by the same door as the core's."""
        del request
        raise ProtocolRefusal(
            str(error.error), "the request is malformed", detail=type(error).__name__
        ) from error

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens to Authlib's signals here."""
