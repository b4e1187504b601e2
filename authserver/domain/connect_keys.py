"""Keys with which Connect apps and custom integrations sign the JWTs of their calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from authserver.domain.tokens import AccessToken

CONNECT_PURPOSE: Final = "connect_shared_secret"
"""What the sealing of a shared secret is bound to, beside resource and issuer."""


class ConnectKeyKind(StrEnum):
    """How its JWTs are signed."""

    SHARED_SECRET = "shared-secret"  # noqa: S105 - a kind of key, not a secret
    """HS256, as Atlassian Connect has it."""
    KEY_SET = "key-set"
    """RS256 by a key of a registered set: for integrations of one's own."""


@dataclass(frozen=True, slots=True)
class ConnectKey:
    """Who may sign calls to one site as one client of ours.

    `issuer` is what `iss` of its JWTs says (in Connect: the key of the app, or the `clientKey`),
    unique at a site. `client_id` is our client that they speak for; `scopes` are the most they
    get, never more than the client has. `sealed` is the shared secret, `jwks` the key set as JSON
    text; one of the two is empty. Times are seconds since the epoch.
    """

    resource: str
    issuer: str
    client_id: str
    kind: ConnectKeyKind
    scopes: frozenset[str]
    is_enabled: bool
    sealed: bytes = field(repr=False)
    jwks: str
    created_at: float
    changed_at: float


@dataclass(frozen=True, slots=True)
class ConnectAccess(AccessToken):
    """A Connect JWT that counts here, in the words of an access token.

    `subject` and `client_id` are our client's; `issuer` is the key's; `token_id` its `jti`, or a
    digest of it where it has none; `grant_id` is empty.
    """

    has_own_id: bool
    """Whether it came with a `jti`, and so counts once."""
