"""What the nouns that are about people share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import click

from authserver.cli.administration import json_value, time_or
from authserver.cli.durations import shown_age
from authserver.domain.roles import Role
from authserver.services.user_rules import described

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.cli.context import Context
    from authserver.domain.ports import Clock
    from authserver.domain.sessions import Session
    from authserver.domain.users import User
    from authserver.services.administration import Act
    from authserver.services.derived_rights import DerivedRights
    from authserver.services.groups import Groups, KnownGroup
    from authserver.services.sessions import Sessions
    from authserver.services.users import KnownUser, Users

USER_COLUMNS: Final = ("user name", "name", "e-mail", "status", "groups", "subject")
SESSION_COLUMNS: Final = ("user name", "session", "last seen", "signed in", "address", "browser")
GROUP_COLUMNS: Final = ("group", "members", "description")
_FEW: Final = 3


class PeopleParts(Protocol):
    """What these commands ask of the container."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def users(self) -> Users:
        """Local users."""
        ...

    @property
    def groups(self) -> Groups:
        """Local groups."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


def people(context: Context) -> PeopleParts:
    """The services of this installation."""
    return cast("PeopleParts", context.container())


USER: Final = click.argument("user", metavar="USER")
"""A user name or a subject."""


def user_value(known: KnownUser) -> Any:
    """One user for scripts."""
    return json_value(
        {
            **described(known.user, known.groups),
            "administers_by": list(known.administers_by),
            "roles_now": sorted(known.roles),
            "identities": [_identity_value(each) for each in known.rights],
        }
    )


def user_row(known: KnownUser) -> Sequence[str]:
    """One user in a table."""
    user = known.user
    told = ["administrator"] if _is_owner(known) else sorted(known.roles)
    status = ", ".join([str(user.status), *told])
    return (
        user.username,
        user.data.name or "-",
        user.data.email or "-",
        status + (", one-time password" if user.must_change_password else ""),
        _few(known.groups),
        user.subject,
    )


def user_fields(known: KnownUser) -> Mapping[str, str]:
    """One user, field by field."""
    user, data = known.user, known.user.data
    verified = " (verified)" if data.email_verified else " (not verified)"
    return {
        "user name": user.username,
        "subject": user.subject,
        "status": str(user.status),
        "administrator": _administers(known),
        "roles": ", ".join(sorted(known.roles)) or "none",
        "password": _password(user),
        "credentials": _credentials(user),
        "name": data.name or "-",
        "given name": data.given_name or "-",
        "family name": data.family_name or "-",
        "e-mail": data.email + verified if data.email else "-",
        "locale": data.locale or "-",
        "time zone": data.zoneinfo or "-",
        "groups": ", ".join(_with_origin(known)) or "none",
        **{f"at {each.identity.provider}": _identity(each) for each in known.rights},
        "created": time_or(user.created_at, "-"),
    }


def _credentials(user: User) -> str:
    since = user.credentials_disabled_at
    return "enabled" if since is None else f"disabled since {time_or(since, '-')}"


def group_value(known: KnownGroup) -> Any:
    """One group for scripts."""
    group = known.group
    return json_value(
        {
            "name": group.name,
            "description": group.description,
            "members": [
                {
                    "subject": user.subject,
                    "username": user.username,
                    "by_provider": list(known.by_provider.get(user.subject, ())),
                }
                for user in known.members
            ],
            "created_at": group.created_at,
        }
    )


def group_row(known: KnownGroup) -> Sequence[str]:
    """One group in a table."""
    members = [
        _by(user.username, known.by_provider.get(user.subject, ())) for user in known.members
    ]
    return known.group.name, _few(members), known.group.description or "-"


def session_value(session: Session, username: str) -> Any:
    """One session for scripts; never its cookie, which nobody knows."""
    return json_value(
        {
            "session_id": session.session_id,
            "subject": session.subject,
            "username": username,
            "authenticated_at": session.auth_time,
            "last_seen_at": session.last_seen_at,
            "expires_at": session.expires_at,
            "acr": session.acr,
            "amr": list(session.amr),
            "peer": session.peer,
            "user_agent": session.user_agent,
        }
    )


def session_row(session: Session, username: str, now: float) -> Sequence[str]:
    """One session in a table."""
    return (
        username,
        session.session_id,
        shown_age(session.last_seen_at, now),
        time_or(session.auth_time, "-"),
        session.peer or "-",
        session.user_agent or "-",
    )


def _administers(known: KnownUser) -> str:
    by_group = f"by {', '.join(known.administers_by)}" if known.administers_by else ""
    if known.user.own_roles:
        return f"yes, and {by_group}" if by_group else "yes"
    return f"yes, {by_group}" if by_group else "no"


def _is_owner(known: KnownUser) -> bool:
    return known.user.is_administrator or Role.OWNER in known.roles


def _password(user: User) -> str:
    if not user.password_hash:
        return "none here"
    return "for one use, to be changed" if user.must_change_password else "chosen"


def _with_origin(known: KnownUser) -> list[str]:
    """Each group, with the providers that give it."""
    return [
        _by(name, [each.identity.provider for each in known.rights if name in each.groups])
        for name in known.groups
    ]


def _by(name: str, providers: Sequence[str]) -> str:
    return f"{name} (by {', '.join(providers)})" if providers else name


def _identity(rights: DerivedRights) -> str:
    identity = rights.identity
    notes = [
        f"last sign-in {time_or(identity.last_sign_in_at, 'never')}",
        *(["asleep"] if identity.asleep_since is not None else []),
        *([] if rights.is_enabled else ["the provider is disabled"]),
    ]
    if identity.snapshot is not None:
        notes.append(f"groups {identity.snapshot.state}")
    if identity.ceiling is not None:
        notes.append(f"scopes at most {' '.join(sorted(identity.ceiling)) or 'none'}")
    return f"{identity.shown}; {'; '.join(notes)}"


def _identity_value(rights: DerivedRights) -> dict[str, Any]:
    identity, snapshot = rights.identity, rights.identity.snapshot
    return {
        "provider": identity.provider,
        "provider_enabled": rights.is_enabled,
        "subject_key": identity.subject_key,
        "shown": identity.shown,
        "last_sign_in_at": identity.last_sign_in_at,
        "last_checked_at": identity.last_checked_at,
        "asleep_since_at": identity.asleep_since,
        "groups": sorted(rights.groups),
        "administrator": rights.makes_administrator,
        "roles": sorted(rights.roles),
        "ceiling": None if identity.ceiling is None else sorted(identity.ceiling),
        "groups_state": None if snapshot is None else str(snapshot.state),
        "groups_detail": None if snapshot is None else snapshot.detail,
    }


def _few(names: Sequence[str]) -> str:
    if len(names) <= _FEW:
        return ", ".join(names) or "none"
    return f"{', '.join(names[:_FEW])} +{len(names) - _FEW}"
