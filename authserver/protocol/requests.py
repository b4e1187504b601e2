"""Token requests as Authlib's grants see them, made from the machine lane's values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.credentials import PresentedCredentials


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request that has passed the gate: each parameter once, strings clean and bounded.

    `resources` are the values of the `resource` parameter, which may repeat (RFC 8707 section 2),
    as may `audience` (RFC 8693 section 2.1).
    """

    form: Mapping[str, str]
    resources: tuple[str, ...]
    presented: PresentedCredentials | None
    call: Call
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A successful answer of the token endpoint (RFC 6749 section 5.1)."""

    body: Mapping[str, object]


class GrantRequest(OAuth2Request):  # type: ignore[misc]  # Authlib ships no types
    """What Authlib passes around and writes to; the frozen request inside stays as it was."""

    client: Client | None

    def __init__(self, token_endpoint: str, request: TokenRequest) -> None:
        """`token_endpoint` is the configured URL, never one that a caller could influence."""
        super().__init__("POST", token_endpoint)
        self.token_request = request
        self.payload: Any = BasicOAuth2Payload(request.form)
