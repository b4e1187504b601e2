"""`/users/{subject}/…`: what the help desk does for somebody, and what somebody may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.roles import ROLE_PERMISSIONS, Area, Role, to_read, to_write
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.members import moment
from authserver.web.admin_api.models.users import (
    Credentials,
    EverythingStopped,
    GivenRoles,
    OneTimePassword,
    RolePage,
    RoleShown,
    RolesOfUser,
    credentials_shown,
)
from authserver.web.admin_api.users import ONE

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

READ: Final = to_read(Area.SUPPORT)
WRITE: Final = to_write(Area.SUPPORT)
READ_ROLES: Final = to_read(Area.ROLES)


def reset_password(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Give one a password for one sign-in."""
    users = asked.services.users
    password = users.reset_password(asked.path["subject"], asked.act)
    user = users.get(asked.path["subject"]).user
    return Answered(
        OneTimePassword(subject=user.subject, username=user.username, one_time_password=password)
    )


def show_credentials(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """What speaks for one."""
    return Answered(
        credentials_shown(asked.services.user_credentials.report(asked.path["subject"]))
    )


def disable_credentials(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let all that speaks for one rest."""
    stopped = asked.services.user_credentials.disable(asked.path["subject"], asked.act)
    return Answered(credentials_shown(stopped))


def enable_credentials(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let it work again."""
    started = asked.services.user_credentials.enable(asked.path["subject"], asked.act)
    return Answered(credentials_shown(started))


def stop_everything(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Stop all that one has."""
    stopped = asked.services.user_stops.stop(asked.path["subject"], asked.act)
    shown: dict[str, Any] = {
        "subject": stopped.user.subject,
        "username": stopped.user.username,
        "credentials_disabled_at": moment(stopped.user.credentials_disabled_at),
        "sessions": stopped.sessions,
        "grants": stopped.grants,
        "api_tokens": stopped.api_tokens,
    }
    return Answered(EverythingStopped.model_validate(shown))


def show_roles(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """The roles of one."""
    known = asked.services.users.get(asked.path["subject"])
    return Answered(
        RolesOfUser(
            subject=known.user.subject,
            username=known.user.username,
            given=_sorted(known.user.own_roles),
            by_providers=[
                GivenRoles(provider=each.identity.provider, roles=_sorted(each.roles))
                for each in known.rights
                if each.roles
            ],
            now=_sorted(known.roles),
        )
    )


def list_roles(asked: Asked[NothingSaid, NoQuery]) -> Answered:  # noqa: ARG001 - as all handlers
    """What roles there are."""
    return Answered(
        RolePage(
            items=[
                RoleShown(role=role.value, permissions=sorted(ROLE_PERMISSIONS[role]))
                for role in Role
            ]
        )
    )


def _sorted(roles: frozenset[Role]) -> Any:
    return sorted(str(each) for each in roles)


ENDPOINTS: Final = (
    Endpoint(
        *("POST", f"{ONE}/reset-password", "resetPassword", "Reset a user's password", WRITE),
        reset_password,
        about="The new one is for one sign-in, in the answer, and can be shown by nobody later. "
        "Sessions, grants and tokens end now.",
        answer=OneTimePassword,
        creates=True,
        shows_secret=True,
    ),
    Endpoint(
        *("GET", f"{ONE}/credentials", "showCredentials", "Show what speaks for a user", READ),
        show_credentials,
        answer=Credentials,
    ),
    Endpoint(
        *("POST", f"{ONE}/disable-tokens", "disableTokensOfUser", "Disable a user's tokens"),
        *(WRITE, disable_credentials),
        about="API tokens and apps rest until they are enabled; the user still signs in here.",
        answer=Credentials,
    ),
    Endpoint(
        *("POST", f"{ONE}/enable-tokens", "enableTokensOfUser", "Enable a user's tokens", WRITE),
        enable_credentials,
        about="What is still live works again; access tokens from before stay dead.",
        answer=Credentials,
    ),
    Endpoint(
        *("POST", f"{ONE}/stop", "stopUser", "Stop everything of a user", WRITE, stop_everything),
        about="Sessions and grants end, and API tokens rest until `enable-tokens`: all at once, "
        "before the answer. The user may sign in again.",
        answer=EverythingStopped,
    ),
    Endpoint(
        *("GET", f"{ONE}/roles", "showRolesOfUser", "Show what a user may administer"),
        *(READ_ROLES, show_roles),
        answer=RolesOfUser,
    ),
    Endpoint(
        *("GET", "/roles", "listRoles", "List roles and their permissions", READ_ROLES, list_roles),
        answer=RolePage,
    ),
)
