"""Back-channel logout: what clients are still to be told (OpenID Connect Back-Channel Logout)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LOGOUT_TOKEN_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class LogoutDelivery:
    """One client to be told that one session ended; times are seconds since the epoch.

    The logout token is made and signed anew for each attempt. `expires_at` is when nobody tries any
    longer.
    """

    delivery_id: str
    client_id: str
    uri: str
    subject: str
    session_id: str
    created_at: float
    next_attempt_at: float
    attempts: int
    expires_at: float
