"""Sessions, grants and identities: what somebody has after signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from authserver.web.admin_api.models.members import (
    Asking,
    ListQuery,
    Moment,
    Said,
    Shown,
    moment,
    unstated,
)

if TYPE_CHECKING:
    from authserver.domain.grants import Grant
    from authserver.domain.identities import Identity
    from authserver.domain.sessions import Session

ByTime = Literal["created_at", "-created_at", "expires_at", "-expires_at"]
LONGEST = 300


class SessionQuery(ListQuery):
    """Which sessions."""

    user: str = unstated("Of this user: a subject or user name.", max_length=LONGEST)
    live: bool = Field(default=True, description="false: those that ended, too.")
    sort: ByTime = "-created_at"


class SessionShown(Shown):
    """A user, signed in at a browser. Its cookie is known to nobody."""

    session_id: str
    subject: str
    authenticated_at: Moment
    created_at: Moment
    last_seen_at: Moment
    expires_at: Moment
    ended_at: Moment | None
    acr: str
    amr: list[str]
    peer: str
    user_agent: str


class SessionPage(Shown):
    """Some sessions, and the cursor of the next ones."""

    items: list[SessionShown]
    next_cursor: str | None


class Ended(Shown):
    """Ids of what ended."""

    ended: list[str]


class GrantQuery(ListQuery):
    """Which grants."""

    user: str = unstated("Of this user: a subject or user name.", max_length=LONGEST)
    client_id: str = unstated(max_length=LONGEST)
    resource: str = unstated(max_length=LONGEST)
    session_id: str = unstated(max_length=LONGEST)
    origin: Literal["authorization_code", "device_code", "token_exchange"] = unstated()
    live: bool = Field(default=True, description="false: those that ended, too.")
    sort: ByTime = "-created_at"


class GrantShown(Shown):
    """What a user allowed a client: every token that came of it ends with it."""

    grant_id: str
    subject: str
    client_id: str
    resource: str | None = Field(description="null: only to sign in.")
    audience: str
    scopes: list[str]
    origin: str
    session_id: str | None
    session_bound: bool
    created_at: Moment
    last_used_at: Moment | None
    expires_at: Moment
    ended_at: Moment | None
    end: str | None = Field(description="Why it ended.")


class GrantPage(Shown):
    """Some grants, and the cursor of the next ones."""

    items: list[GrantShown]
    next_cursor: str | None


class GrantsEnd(Said):
    """Which live grants end: those of the user, of the client, or of both."""

    user: str = unstated("A subject or user name.")
    client_id: str = unstated()


class IdentityQuery(ListQuery):
    """Which identities."""

    provider: str = unstated(max_length=LONGEST)
    user: str = unstated("Of this user: a subject or user name.", max_length=LONGEST)
    asleep: bool = unstated("Whether nobody has come by them for longer than allowed.")
    sort: Literal["created_at", "-created_at", "last_checked_at", "-last_checked_at"] = (
        "-created_at"
    )


class OneIdentity(Asking):
    """Which of the persons that a user is at a provider."""

    identity_id: str = unstated("Which one, where there are several.", max_length=LONGEST)


class IdentityShown(Shown):
    """Who a user is at a provider, and what the groups there gave last."""

    identity_id: str
    provider: str
    subject_key: str
    subject: str
    shown: str
    created_at: Moment
    last_sign_in_at: Moment | None
    last_checked_at: Moment
    warned_at: Moment | None
    asleep_at: Moment | None
    roles: list[str]
    scopes: list[str] | None = Field(description="The most that it may have; null: no limit.")
    groups_state: str | None


class IdentityPage(Shown):
    """Some identities, and the cursor of the next ones."""

    items: list[IdentityShown]
    next_cursor: str | None


def session_shown(session: Session) -> SessionShown:
    """A session."""
    shown: dict[str, Any] = {
        "session_id": session.session_id,
        "subject": session.subject,
        "authenticated_at": moment(session.auth_time),
        "created_at": moment(session.created_at),
        "last_seen_at": moment(session.last_seen_at),
        "expires_at": moment(session.expires_at),
        "ended_at": moment(session.ended_at),
        "acr": session.acr,
        "amr": list(session.amr),
        "peer": session.peer,
        "user_agent": session.user_agent,
    }
    return SessionShown.model_validate(shown)


def grant_shown(grant: Grant) -> GrantShown:
    """A grant."""
    shown: dict[str, Any] = {
        "grant_id": grant.grant_id,
        "subject": grant.subject,
        "client_id": grant.client_id,
        "resource": grant.resource or None,
        "audience": grant.audience,
        "scopes": sorted(grant.scopes),
        "origin": str(grant.origin),
        "session_id": grant.session_id or None,
        "session_bound": grant.session_bound,
        "created_at": moment(grant.created_at),
        "last_used_at": moment(grant.last_used_at),
        "expires_at": moment(grant.expires_at),
        "ended_at": moment(grant.ended_at),
        "end": None if grant.end is None else str(grant.end),
    }
    return GrantShown.model_validate(shown)


def identity_shown(identity: Identity) -> IdentityShown:
    """An identity."""
    snapshot = identity.snapshot
    shown: dict[str, Any] = {
        "identity_id": identity.identity_id,
        "provider": identity.provider,
        "subject_key": identity.subject_key,
        "subject": identity.subject,
        "shown": identity.shown,
        "created_at": moment(identity.created_at),
        "last_sign_in_at": moment(identity.last_sign_in_at),
        "last_checked_at": moment(identity.last_checked_at),
        "warned_at": moment(identity.warned_at),
        "asleep_at": moment(identity.asleep_since),
        "roles": sorted(str(each) for each in identity.given_roles),
        "scopes": None if identity.ceiling is None else sorted(identity.ceiling),
        "groups_state": None if snapshot is None else str(snapshot.state),
    }
    return IdentityShown.model_validate(shown)
