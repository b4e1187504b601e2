"""What grants have in common whose credential is good for one answer: a code, a refresh token."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from authserver.domain.errors import InvalidField
from authserver.protocol.grants.bodies import token_body

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.services.user_tokens import PreparedTokens


class SpentCredential(ABC):
    """Stands before Authlib's class of the grant, and takes the place of its steps.

    Authlib looks at the credential, issues, and then lets it go: two requests at once can both win
    that way. Here the core spends it in one step. Public clients may come with one.
    """

    PARAMETER: ClassVar[str]
    """Which parameter it is."""
    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar[tuple[str, ...]] = (
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "none",
    )

    if TYPE_CHECKING:
        request: Any
        server: Any
        TOKEN_RESPONSE_HEADER: list[tuple[str, str]]
        authenticate_token_endpoint_client: Callable[[], Any]

    @abstractmethod
    def tokens(self) -> PreparedTokens:
        """What the credential gives; it is spent when this returns."""

    def validate_token_request(self) -> None:
        """Authenticate; what the credential is worth is the core's to decide."""
        self.request.client = self.authenticate_token_endpoint_client()
        if self.PARAMETER not in self.request.token_request.form:
            raise InvalidField(self.PARAMETER, "required")

    def create_token_response(self) -> tuple[int, Mapping[str, object], list[tuple[str, str]]]:
        """Spend it, and state what was truly granted."""
        tokens = self.tokens()
        body = token_body(
            tokens.access, refresh_token=tokens.refresh_token, id_token=tokens.id_token
        )
        return 200, body, self.TOKEN_RESPONSE_HEADER
