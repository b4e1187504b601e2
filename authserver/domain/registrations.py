"""Dynamic registration: who may register clients, and what those may become (RFC 7591, 7592)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from authserver.domain.authorization_profiles import AssertionAudience

INITIAL_PREFIX: Final = "it"
INITIAL_PURPOSE: Final = "initial_access_token"
REGISTRATION_PREFIX: Final = "ra"
REGISTRATION_PURPOSE: Final = "registration_access_token"


@dataclass(frozen=True, slots=True)
class RegistrationTemplate:
    """The most that a client registered with an initial access token may be."""

    grant_types: frozenset[str]
    scopes: frozenset[str]
    resources: frozenset[str]
    pkce_exempt: bool = False
    assertion_audience: AssertionAudience = AssertionAudience.ISSUER


@dataclass(frozen=True, slots=True)
class InitialAccessToken:
    """A permission to register up to `quota` clients; times are seconds since the epoch."""

    token_id: str
    digest: bytes = field(repr=False)
    pepper_id: str
    label: str
    template: RegistrationTemplate
    quota: int
    used: int
    created_at: float
    expires_at: float
    revoked_at: float | None = None

    def is_live(self, now: float) -> bool:
        """Whether it may still register at `now`, quota aside."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Registration:
    """A dynamically registered client's own key to its registration, and when it was last used."""

    client_id: str
    digest: bytes = field(repr=False)
    pepper_id: str
    token_id: str
    created_at: float
    last_used_at: float
