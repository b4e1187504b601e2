"""Sign-ins under way at a provider: from our redirect to its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

ATTEMPT_SECONDS: Final = 600
"""How long somebody may take at the provider (requirement FE-01)."""
STATE_PREFIX: Final = "us"
STATE_PURPOSE: Final = "upstream state"
"""Prefix and purpose of the digest of `state`."""
FEDERATED_ACR: Final = "urn:authserver:acr:federated"
"""`acr` of a sign-in at a provider whose own statement is not mapped. It claims no level."""


class AttemptPurpose(StrEnum):
    """What the sign-in is for."""

    SIGN_IN = "sign-in"
    LINK = "link"
    """To connect the identity to the user who is signed in here, and proved it anew."""


@dataclass(frozen=True, slots=True)
class UpstreamAttempt:
    """One attempt, bound to one browser; times are seconds since the epoch.

    `digest` is the keyed digest of `state` under `pepper_id`; `browser` the one of the browser
    cookie under `browser_pepper_id`. `sealed` holds nonce and PKCE verifier, and opens only with
    the browser's cookie. `request_id` and `next` say where the person goes on to. `max_age` is what
    was asked of the provider (0: a fresh sign-in; `None`: nothing), `acrs` the values asked for.
    `link_subject` is the user to link to, else empty.
    """

    digest: bytes = field(repr=False)
    pepper_id: str
    browser: bytes = field(repr=False)
    browser_pepper_id: str
    provider: str
    purpose: AttemptPurpose
    sealed: bytes = field(repr=False)
    request_id: str
    next: str
    max_age: int | None
    acrs: tuple[str, ...]
    link_subject: str
    created_at: float
    expires_at: float


class SignInProblem(StrEnum):
    """Why a sign-in at a provider did not succeed: for pages (fixed texts) and records."""

    STATE_UNKNOWN = "state-unknown"
    """Missing, forged, spent, expired, or another browser's."""
    PROVIDER_STOPPED = "provider-stopped"
    WRONG_PROVIDER = "wrong-provider"
    """The answer came to another provider's callback, or names another issuer."""
    REFUSED_BY_USER = "access-denied"
    INTERACTION_NEEDED = "interaction-needed"
    """`interaction_required`, `login_required`, `consent_required`, `account_selection_required`"""
    PROVIDER_BUSY = "provider-busy"
    """`temporarily_unavailable`, `server_error`, 429, 5xx: try again."""
    PROVIDER_UNREACHABLE = "provider-unreachable"
    PROVIDER_REFUSED = "provider-refused"
    """It refused us: our credentials, the code, the redirect URI."""
    ANSWER_UNUSABLE = "answer-unusable"
    """Not what the standards say: not JSON, wrong types, too large."""
    ID_TOKEN_INVALID = "id-token-invalid"  # noqa: S105 - the name of a problem
    TENANT_NOT_ALLOWED = "tenant-not-allowed"
    NOT_FRESH = "not-fresh"
    """Asked for a fresh sign-in, or one of a certain strength, which the provider did not give."""
    CLAIM_MISSING = "claim-missing"
    """A claim without which nobody can be told apart is missing or no text."""
    GROUPS_UNUSABLE = "groups-unusable"
    DENIED_BY_GROUP = "denied-by-group"
    NO_ACCOUNT = "no-account"
    """Nobody becomes a user by signing in, or not this person."""
    ACCOUNT_STOPPED = "account-stopped"
    LINKED_TO_OTHER = "linked-to-other"
    """The identity belongs to another user."""
    ALREADY_CONNECTED = "already-connected"
    """The user is connected to somebody else at the same provider."""
    LINK_NOT_PROVED = "link-not-proved"
    """The session in which linking began is over, or its proof is too old."""


@dataclass(frozen=True, slots=True)
class UpstreamPerson:
    """Who signed in, as far as the provider vouches for it; everything is checked and bounded.

    `auth_time` is seconds since the epoch, `None` when the provider did not say.
    """

    subject_key: str = field(repr=False)
    shown: str
    username: str
    name: str
    given_name: str
    family_name: str
    email: str
    email_verified: bool
    locale: str
    auth_time: float | None
    acr: str
    amr: tuple[str, ...]
    upstream_sid: str
