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

    `issuer` is what `iss` of its JWTs says (in Connect: the key of the app), unique at a site.
    `audience` is what `aud` may name beside the site's address and ours (in Connect: the site's
    `clientKey`), empty for nothing. `client_id` is our client that they speak for; `scopes` are
    the most they get, never more than the client has. `sealed` is the shared secret, `jwks` the
    key set as JSON text; one of the two is empty. `sealed_before` is the secret before the last
    rotation, which counts until `before_until`. Times are seconds since the epoch.
    """

    resource: str
    issuer: str
    audience: str
    client_id: str
    kind: ConnectKeyKind
    scopes: frozenset[str]
    is_enabled: bool
    sealed: bytes = field(repr=False)
    jwks: str
    sealed_before: bytes = field(repr=False)
    before_until: float
    created_at: float
    changed_at: float

    @property
    def context(self) -> str:
        """Where its sealed secrets belong: a site's name has no blank."""
        return f"{self.resource} {self.issuer}"


@dataclass(frozen=True, slots=True)
class ConnectAccess(AccessToken):
    """A Connect JWT that counts here, in the words of an access token.

    `subject` and `client_id` are our client's, `audience` is the site's identifier; `issuer` is
    the key's; `token_id` is `connect:<site>:<issuer>:` and the `jti`, or a digest of the JWT where
    it has none; `grant_id` is empty: nothing here was granted.
    """

    has_own_id: bool
    """Whether it came with a `jti`, and so counts once."""


class ConnectProblem(StrEnum):
    """Why a Connect JWT does not count: one stable word for each reason, for records alone."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    """Not a JWS of three parts, not JSON, a member twice, too deep."""
    HEADER_NOT_ALLOWED = "header_not_allowed"
    ALGORITHM_NOT_ALLOWED = "algorithm_not_allowed"
    """Another than the kind of the issuer's key has: `none`, or HS256 with a public key."""
    TYPE_NOT_ALLOWED = "type_not_allowed"
    CLAIM_MISSING = "claim_missing"
    """A claim is missing or of another type."""
    SEVERAL_PLACES = "several_places"
    """In the header and in the query, more than once, or not as the call has it."""
    ISSUER_UNKNOWN = "issuer_unknown"
    """No key of this site is registered for `iss`."""
    KEY_STOPPED = "key_stopped"
    KEY_UNKNOWN = "key_unknown"
    """The `kid` names no key of the registered set."""
    SIGNATURE_INVALID = "signature_invalid"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    TOO_OLD = "too_old"
    LIFE_TOO_LONG = "life_too_long"
    AUDIENCE_NOT_ACCEPTED = "audience_not_accepted"
    SUBJECT_NOT_ACCEPTED = "subject_not_accepted"
    """It would act as somebody, which no Connect JWT does here."""
    CONTEXT_TOKEN = "context_token"  # noqa: S105 - the name of a reason
    """`qsh` is `context-qsh`: made for a page of the app, good for no call."""
    QUERY_HASH_WRONG = "query_hash_wrong"
    """Signed for another call."""
    CLIENT_STOPPED = "client_stopped"
    """Our client, for which it would speak, is stopped, may not, or lost the site."""
    NO_SCOPE = "no_scope"
    """The client has none of the key's scopes any more."""
    RESOURCE_STOPPED = "resource_stopped"
    DENIED = "denied"
    """What the client had at that time was revoked."""
    REPLAYED = "replayed"
    """Its `jti` was used before."""


@dataclass(frozen=True, slots=True)
class UnfitConnect:
    """A Connect JWT that does not count, and why; for records, whoever sent it is told one text.

    `issuer` is that of the registered key that the JWT names, proven or not, empty where there is
    none; `token` is what it says where that key signed it, however dead.
    """

    problem: ConnectProblem
    detail: str = ""
    issuer: str = ""
    token: ConnectAccess | None = None

    @property
    def reason(self) -> str:
        """The problem, with the detail where there is one."""
        return f"{self.problem}: {self.detail}" if self.detail else self.problem
