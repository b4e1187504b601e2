"""Assertions by which we authenticate at identity providers (RFC 7523 section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ASSERTION_SECONDS: Final = 60
"""Life of an assertion: the call that it is for begins at once."""
FEDERATED_AUDIENCE: Final = "api://AzureADTokenExchange"
"""What Entra ID's workload identity federation expects, wherever the call goes."""


@dataclass(frozen=True, slots=True)
class ProviderAssertion:
    """What one says: who we are, to whom, once; `issued_at` is seconds since the epoch.

    `issuer` is our client id at the provider, or our own issuer where that federates with us.
    """

    issuer: str
    subject: str
    audience: str
    assertion_id: str
    issued_at: int

    @property
    def expires_at(self) -> int:
        """When it is over (epoch seconds)."""
        return self.issued_at + ASSERTION_SECONDS


def federated_subject(provider_name: str) -> str:
    """What the administrator enters as the subject of a federated credential in Entra ID.

    It has the form of no subject of ours: those of users begin with `user:`, clients' with
    `client:`.
    """
    return f"provider:{provider_name}"
