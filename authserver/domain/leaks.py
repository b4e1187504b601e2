"""Secrets of ours that somebody found where they do not belong."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class LeakKind(StrEnum):
    """What a string that was found is."""

    API_TOKEN = "api-token"  # noqa: S105 - a kind of secret
    REFRESH_TOKEN = "refresh-token"  # noqa: S105 - a kind of secret
    ACCESS_TOKEN = "access-token"  # noqa: S105 - a kind of secret
    CLIENT_SECRET = "client-secret"  # noqa: S105 - a kind of secret
    SITE_SECRET = "site-secret"  # noqa: S105 - a kind of secret
    GATEWAY_KEY = "gateway-key"


class LeakOutcome(StrEnum):
    """What came of a report."""

    UNKNOWN = "unknown"
    """It is nothing of ours."""
    REVOKED = "revoked"
    OVER = "over"
    """It counted nowhere any more."""
    ALERTED = "alerted"
    """Whole installations stop without it: an administrator has to replace it."""


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """One string that somebody found: what they take it for, and where it stood.

    Everything is as a stranger wrote it.
    """

    value: str = field(repr=False)
    kind: str = ""
    url: str = field(default="", repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True)
class KnownSecret:
    """What one of them is: `identifier` is an id or a name, never the secret.

    Of an access token `expires_at` is when it ends (seconds since the epoch).
    """

    kind: LeakKind
    identifier: str
    subject: str = ""
    owner: str = ""
    client_id: str = ""
    resource: str = ""
    expires_at: float = 0.0
