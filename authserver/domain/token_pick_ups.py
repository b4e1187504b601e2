"""Tickets by which people pick up API tokens that somebody made for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

PICK_UP_PREFIX: Final = "pu"
PICK_UP_PURPOSE: Final = "token_pick_up"
"""Keeps digests of different uses apart."""
PICK_UP_SECONDS: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class TokenPickUp:
    """One ticket; only its digest is kept. Times are seconds since the epoch.

    It opens the token `token_id` once, before `expires_at`, for the user `subject` alone.
    """

    digest: bytes = field(repr=False)
    pepper_id: str
    token_id: str
    subject: str
    created_at: float
    expires_at: float
    used_at: float | None = None

    def is_open(self, now: float) -> bool:
        """Whether it can be used at `now`."""
        return self.used_at is None and now < self.expires_at
