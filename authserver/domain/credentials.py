"""Credentials as a caller presents them, before anything is believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authserver.domain.clients import ClientAuthMethod


@dataclass(frozen=True, slots=True)
class PresentedCredentials:
    """One client authentication (RFC 6749 section 2.3): exactly one method per request.

    `client_id` may be empty for `private_key_jwt` (the assertion names the client); `secret` and
    `assertion` are empty for the methods that have none.
    """

    method: ClientAuthMethod
    client_id: str
    secret: str = field(default="", repr=False)
    assertion: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedAssertion:
    """A client assertion that verifies (RFC 7523 section 3); its `jti` is not spent yet."""

    client_id: str
    assertion_id: str
    expires_at: float
