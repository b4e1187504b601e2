"""Grants: what a user allowed a client, and what all of its tokens descend from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authserver.domain.access_details import AccessDetail
    from authserver.domain.requested_claims import RequestedClaims


class GrantOrigin(StrEnum):
    """How the grant came about."""

    CODE = "authorization_code"
    DEVICE = "device_code"
    TOKEN_EXCHANGE = "token_exchange"  # noqa: S105 - the name of an origin
    """Of an identity provider's token: the user signed in there, and was not asked here."""


class GrantEnd(StrEnum):
    """Why a grant ended before its time."""

    REVOKED_BY_CLIENT = "revoked by the client"
    REVOKED_BY_USER = "revoked by the user"
    REVOKED_BY_ADMINISTRATOR = "revoked by an administrator"
    CODE_REUSED = "its code was presented again"
    REFRESH_REUSED = "a superseded refresh token was presented again"
    LOGOUT = "the session it was bound to ended"
    PASSWORD_CHANGED = "the user's password was changed"  # noqa: S105 - a reason
    USER_STOPPED = "the user was disabled or deleted"
    PROVIDER_STOPPED = "the identity provider was disabled or removed"
    IDENTITY_UNLINKED = "the identity it came by was unlinked"
    LEAKED = "a refresh token of it was reported as leaked"


@dataclass(frozen=True, slots=True)
class Grant:
    """One answered authorization request; times are seconds since the epoch.

    `scopes` are the most its tokens may have; `audience` and `resource` are as in the request.
    `session_id` is the `sid` of the session in which it was allowed (empty for none); a
    `session_bound` grant ends with that session. `auth_time`, `acr` and `amr` say how the user had
    signed in. `expires_at` is the absolute end, which no refresh moves. `details` limit what its
    tokens may do (RFC 9396), `None` where nothing does.
    """

    grant_id: str
    client_id: str
    subject: str
    audience: str
    resource: str
    scopes: frozenset[str]
    origin: GrantOrigin
    session_id: str
    session_bound: bool
    nonce: str
    auth_time: float
    acr: str
    amr: tuple[str, ...]
    claims: RequestedClaims
    created_at: float
    expires_at: float
    details: tuple[AccessDetail, ...] | None = None
    last_used_at: float | None = None
    ended_at: float | None = None
    end: GrantEnd | None = None

    def is_live(self, now: float) -> bool:
        """Whether tokens may still descend from it at `now`."""
        return self.ended_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class GrantFilter:
    """Which live grants are meant: every field that is not `None` narrows."""

    grant_id: str | None = None
    client_id: str | None = None
    subject: str | None = None
    resource: str | None = None
    session_id: str | None = None
    session_bound: bool | None = None
    origin: GrantOrigin | None = None
