"""Consents: what a user has allowed a client before, so that nobody asks twice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Consent:
    """One user, one client, one audience; times are seconds since the epoch.

    `audience` is a protected resource's identifier, or the issuer for sign-in only. `scopes` is
    everything allowed so far and not taken back.
    """

    subject: str
    client_id: str
    audience: str
    scopes: frozenset[str]
    created_at: float
    updated_at: float

    def covers(self, scopes: frozenset[str]) -> bool:
        """Whether nothing new is asked for."""
        return scopes <= self.scopes
