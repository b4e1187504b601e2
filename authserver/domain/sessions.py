"""Sessions: a user, signed in at a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SESSION_PURPOSE: Final = "session"
BROWSER_PURPOSE: Final = "browser"
"""Purposes of the keyed digests of the two cookies."""

ADMINISTRATOR_IDLE_SECONDS: Final = 900
ADMINISTRATOR_SECONDS: Final = 8 * 3600
"""How long whoever administers may be away, and go on altogether, before they sign in again."""
FRESH_SECONDS: Final = 900
"""How long a sign-in is recent enough to change what others depend on."""

PASSWORD_ACR: Final = "urn:authserver:acr:password"  # noqa: S105 - a class of authentication
"""`acr` of a sign-in with a local password. It claims no level of assurance."""
PASSWORD_AMR: Final = ("pwd",)
"""RFC 8176."""


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser; times are seconds since the epoch.

    `session_id` is the `sid` that clients and lists see; the cookie is another value, of which only
    the keyed digest is stored. A new sign-in of the same user in the same browser keeps the
    `session_id` and changes the cookie. `auth_time` is when the user last proved to be the user.
    `expires_at` is the absolute end; the idle end moves with `last_seen_at`, which is when it was
    used last, to a minute, and `peer` is from where.
    """

    session_id: str
    subject: str
    digest: bytes = field(repr=False)
    pepper_id: str
    auth_time: float
    acr: str
    amr: tuple[str, ...]
    created_at: float
    last_seen_at: float
    idle_seconds: int
    expires_at: float
    peer: str
    user_agent: str
    ended_at: float | None = None

    def is_live(self, now: float) -> bool:
        """Whether it still counts at `now`."""
        idle_end = self.last_seen_at + self.idle_seconds
        return self.ended_at is None and now < min(idle_end, self.expires_at)
