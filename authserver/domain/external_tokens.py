"""Access tokens of identity providers: what they must be to count here, and why they do not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from authserver.domain.tokens import AccessToken

ACCESS_TOKEN_TYPES: Final = frozenset({"", "jwt", "at+jwt"})
"""What `typ` of an access token may be, in lower case; "" stands for none.

Okta, Entra ID and Cognito do not send the one of RFC 9068.
"""
ID_TOKEN_TYPES: Final = frozenset({"", "jwt"})
LOGOUT_TOKEN_TYPES: Final = frozenset({"", "jwt", "logout+jwt"})


class ExternalProblem(StrEnum):
    """Why a token of a provider does not count: one stable word for each reason."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    """Not a JWS of three parts, not JSON, a member twice, too deep."""
    ENCRYPTED = "encrypted"
    HEADER_NOT_ALLOWED = "header_not_allowed"
    """`crit`, `jwk`, `jku`, `x5u` and whatever else a header must not bring along."""
    ALGORITHM_NOT_ALLOWED = "algorithm_not_allowed"
    KEY_UNKNOWN = "key_unknown"
    KEY_OF_OTHER_ISSUER = "key_of_other_issuer"
    SIGNATURE_INVALID = "signature_invalid"
    ISSUER_NOT_ACCEPTED = "issuer_not_accepted"
    TENANT_NOT_ALLOWED = "tenant_not_allowed"
    VERSION_MISMATCH = "version_mismatch"
    CLAIM_MISSING = "claim_missing"
    CLAIM_TYPE = "claim_type"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    LIFE_TOO_LONG = "life_too_long"
    NOT_AN_ACCESS_TOKEN = "not_an_access_token"  # noqa: S105 - the name of a reason
    INCONSISTENT = "inconsistent"
    AUDIENCE_NOT_ACCEPTED = "audience_not_accepted"
    CLIENT_NOT_ACCEPTED = "client_not_accepted"
    USER_UNKNOWN = "user_unknown"
    USER_STOPPED = "user_stopped"
    CLIENT_STOPPED = "client_stopped"
    """Our client, for which the token would speak, is stopped or may not."""
    NO_MAPPED_SCOPE = "no_mapped_scope"
    DENIED_BY_GROUP = "denied_by_group"
    DENIED = "denied"
    """On our own list of what counts no more."""
    SENDER_CONSTRAINED = "sender_constrained"
    """The token is bound to a key (`cnf`), and nobody proved to have it."""
    PROVIDER_STOPPED = "provider_stopped"


class DenialKind(StrEnum):
    """What of a provider's a denial is about."""

    TOKEN = "token"  # noqa: S105 - a kind of denial, not a secret
    """`jti` (Okta, Cognito, OIDC) or `uti` (Entra); for Cognito `origin_jti`, too."""
    SUBJECT = "subject"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class ExternalDenial:
    """One denial. `value` is a token's id, a subject key, or a client id at the provider.

    It reaches tokens issued at or before `issued_until` (seconds since the epoch), and may be
    forgotten after `expires_at` (`None`: never, for clients).
    """

    provider: str
    kind: DenialKind
    value: str
    issued_until: float
    expires_at: float | None
    reason: str
    created_at: float


@dataclass(frozen=True, slots=True)
class ExternalToken:
    """A provider's token, verified and read, before anybody here is asked who that is.

    `subject_key` is empty for a token that speaks for the client alone. `scopes` are the
    provider's. `groups` is the claim as it came, `None` when there is none; `overage` says that
    the provider left the groups out. Times are seconds since the epoch; `not_before` is 0 where it
    says none. `session_id` is Cognito's `origin_jti`, else empty. `shown` is how the person is
    called there, for people only: it is compared with nothing.
    """

    provider: str
    issuer: str
    client_id: str
    subject_key: str
    scopes: frozenset[str]
    token_id: str
    session_id: str
    issued_at: float
    expires_at: float
    groups: tuple[str, ...] | None
    overage: bool
    groups_malformed: bool = False
    not_before: float = 0.0
    shown: str = ""


@dataclass(frozen=True, slots=True)
class ForeignAccessToken(AccessToken):
    """A provider's token that counts here: what it is worth, in our words.

    `issuer` is the provider's, `subject` ours (a user's or a client's), `client_id` our client's
    where one is mapped, else `<provider>:<its client>`; `scopes` are ours. `token_id` is
    `<provider>:<its id>` and `grant_id` empty: nothing here was granted.
    """

    provider: str
    provider_client: str


@dataclass(frozen=True, slots=True)
class ForeignMention:
    """What a refused token said of itself, for records; empty texts where nothing is known.

    `provider` is the one whose issuer the token names, proven or not; `client_id` and `token_id`
    are the provider's and come from verified claims only.
    """

    provider: str
    client_id: str = ""
    token_id: str = ""
