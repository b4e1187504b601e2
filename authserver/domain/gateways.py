"""Gateways: the policy enforcement points that ask about every call to a site."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from authserver.domain.stored_secrets import StoredSecret


class SessionCookies(StrEnum):
    """What a gateway lets pass that carries a browser's session and no token.

    `OBSERVE` lets it pass like `ALLOW`, and marks the record so that reports find it.
    """

    BLOCK = "block"
    OBSERVE = "observe"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Gateway:
    """A reverse proxy in front of one site.

    `resource` is the protected resource's name; `keys` are what the gateway authenticates with:
    at most two of them are live, one in use and its successor.
    """

    name: str
    resource: str
    session_cookies: SessionCookies
    keys: tuple[StoredSecret, ...]
    created_at: float

    def live_keys(self, now: float) -> tuple[StoredSecret, ...]:
        """The keys that are not expired at `now` (seconds since the epoch)."""
        return tuple(key for key in self.keys if key.is_live(now))


KeyDigests: TypeAlias = tuple[tuple[str, bytes], ...]
"""One presented key as (pepper id, digest), under each pepper there is."""


class GatewayKey(NamedTuple):
    """A key and whose it is; it may have expired."""

    gateway: Gateway
    key: StoredSecret
