"""Access tokens: what they say, how long they live."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.domain.access_details import AccessDetail

ACCESS_TOKEN_SECONDS: Final = 600
"""Life of an access token when the client states none."""
ACCESS_TOKEN_SECONDS_MAX: Final = 3600
"""Hard cap: no setting and no client raises it."""
ACCESS_TOKEN_SECONDS_MIN: Final = 30

CLOCK_SKEW_SECONDS: Final = 60
"""How far the clocks of two nodes may differ: one may accept what is over for the other."""


FAR_AHEAD_SECONDS: Final = 86_400.0
"""An end so far in the future was said by a wrong clock: none is set back by a day unnoticed."""


def latest_end(now: float) -> float:
    """When the last token that counts now is over, whatever clock made it (epoch seconds)."""
    return now + ACCESS_TOKEN_SECONDS_MAX + 2 * CLOCK_SKEW_SECONDS


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The claims of one access token (RFC 9068 section 2.2); times are whole seconds, UTC.

    `audience` is exactly one protected resource's identifier; `scopes` is never empty;
    `grant_id` names what the token descends from, so that one revocation reaches all of it;
    `details` limit operations and projects (RFC 9396), `None` where nothing does.
    """

    issuer: str
    subject: str
    audience: str
    client_id: str
    scopes: frozenset[str]
    issued_at: int
    expires_at: int
    token_id: str
    grant_id: str
    details: tuple[AccessDetail, ...] | None = field(default=None, kw_only=True)

    @property
    def scope(self) -> str:
        """The `scope` string, sorted, so that equal sets look equal."""
        return " ".join(sorted(self.scopes))


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An access token at the moment of issue: the signed value and what it says."""

    value: str
    token: AccessToken

    def __repr__(self) -> str:
        """Leave the value out: representations end up in logs."""
        return f"IssuedToken(token={self.token!r})"
