"""When a grant comes with refresh tokens, and how long those last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import GrantType

if TYPE_CHECKING:
    from authserver.domain.clients import Client

OFFLINE_ACCESS: Final = "offline_access"


@dataclass(frozen=True, slots=True)
class RefreshTimes:
    """Seconds that an unused refresh token lasts, and a grant however often it is refreshed."""

    idle_seconds: int
    absolute_seconds: int

    def of(self, client: Client) -> RefreshTimes:
        """The client's own times where it has some."""
        profile = client.profile
        idle, absolute = profile.refresh_idle_seconds, profile.refresh_absolute_seconds
        return RefreshTimes(
            self.idle_seconds if idle is None else idle,
            self.absolute_seconds if absolute is None else absolute,
        )


def may_refresh(client: Client, scopes: frozenset[str], *, session_bound: bool) -> bool:
    """Whether a grant of `scopes` comes with a refresh token (OpenID Connect Core section 11).

    Without `offline_access` only clients that an administrator chose have one, and only for as
    long as the user stays signed in.
    """
    if GrantType.REFRESH_TOKEN not in client.grant_types:
        return False
    return OFFLINE_ACCESS in scopes or (session_bound and client.profile.session_refresh)
