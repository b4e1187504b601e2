"""Refresh tokens: families that rotate. The family is the grant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

REFRESH_PREFIX: Final = "rt"
REFRESH_PURPOSE: Final = "refresh_token"
"""Purpose of the keyed digest."""
GRACE_SECONDS: Final = 30.0
"""How long after its first use a token still yields the successor it has (not sliding)."""
GRACE_USES_MAX: Final = 200
"""How often within that time: a burst of parallel workers, not a loop."""


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One member of a family; times are seconds since the epoch.

    `generation` counts from 1; the live leaf is the member that was not superseded. `scopes` are
    not narrowed by rotation: the grant's scopes hold for every member. `sealed_successor` opens
    only with this token's own value. `expires_at` is the idle end, never after the grant's.
    """

    digest: bytes = field(repr=False)
    pepper_id: str
    grant_id: str
    generation: int
    issued_at: float
    expires_at: float
    superseded_at: float | None = None
    sealed_successor: bytes = field(default=b"", repr=False)
    grace_uses: int = 0
