"""Clients: who asks for tokens, and what each may have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_profiles import AuthorizationProfile
from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.stored_secrets import StoredSecret

CLIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{2,99}\Z")
"""Unreserved URI characters only, so that an id means the same in every encoding."""

SUBJECT_PREFIX: Final = "client:"
"""Namespace of client subjects: no user's subject begins with it (RFC 9700 section 4.15)."""


class ClientStatus(StrEnum):
    """Whether a client may act. `DELETED` is a tombstone: its id is never given out again."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


class ClientAuthMethod(StrEnum):
    """How a client authenticates (`token_endpoint_auth_method`, RFC 7591 section 2)."""

    SECRET_BASIC = "client_secret_basic"  # noqa: S105 - the method's registered name
    SECRET_POST = "client_secret_post"  # noqa: S105 - the method's registered name
    PRIVATE_KEY_JWT = "private_key_jwt"
    NONE = "none"

    @property
    def uses_secret(self) -> bool:
        """Whether the method presents a shared secret."""
        return self in (ClientAuthMethod.SECRET_BASIC, ClientAuthMethod.SECRET_POST)


class GrantType(StrEnum):
    """Grant types by their registered names (RFC 6749, RFC 8628, RFC 8693)."""

    CLIENT_CREDENTIALS = "client_credentials"
    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the grant's registered name
    DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name

    @property
    def needs_user(self) -> bool:
        """Whether its tokens speak for a user."""
        return self is not GrantType.CLIENT_CREDENTIALS

    @property
    def asks_user(self) -> bool:
        """Whether a user takes part, who can be asked for more than a site's scopes."""
        return self.needs_user and self is not GrantType.TOKEN_EXCHANGE

    @property
    def needs_authentication(self) -> bool:
        """Whether only a client that can authenticate may use it."""
        return self in (GrantType.CLIENT_CREDENTIALS, GrantType.TOKEN_EXCHANGE)


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client.

    An empty set allows nothing: no scope, no resource, no grant. `resources` holds names of
    protected resources; `access_token_seconds` is the life of its tokens; `jwks` are public JWKs
    (RFC 7517) for `private_key_jwt`; `profile` matters where users are present.
    """

    client_id: str
    name: str
    auth_method: ClientAuthMethod
    grant_types: frozenset[str]
    scopes: frozenset[str]
    resources: frozenset[str]
    access_token_seconds: int
    status: ClientStatus
    secrets: tuple[StoredSecret, ...]
    jwks: tuple[Mapping[str, object], ...] = field(repr=False)
    contact: str
    created_at: float
    profile: AuthorizationProfile = field(default_factory=AuthorizationProfile)

    @property
    def subject(self) -> str:
        """The `sub` of tokens the client gets for itself."""
        return SUBJECT_PREFIX + self.client_id

    @property
    def is_enabled(self) -> bool:
        """Whether the client may act now."""
        return self.status is ClientStatus.ENABLED

    @property
    def is_confidential(self) -> bool:
        """Whether the client can authenticate (RFC 6749 section 2.1)."""
        return self.auth_method is not ClientAuthMethod.NONE


def check_client_id(value: str) -> str:
    """Return `value` when it can serve as a client id.

    Raises:
        InvalidField: it has other characters or another length than allowed.
    """
    if CLIENT_ID.match(value) is None:
        raise InvalidField(
            "client_id",
            "3 to 100 characters: letters, digits, and . _ ~ - after a letter or digit",
        )
    return value
