"""Users, what they may do, and what speaks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from authserver.web.admin_api.models.members import (
    LONGEST_QUERY,
    ListQuery,
    Moment,
    Said,
    Shown,
    moment,
    timed,
    unstated,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.user_credentials import CredentialsReport

MOST = 500
RoleName = Literal["owner", "client-admin", "policy-admin", "help-desk", "auditor"]
OrderOfUsers = Literal["username", "-username", "created_at", "-created_at"]


class UserQuery(ListQuery):
    """Which users."""

    q: str = Field(
        "", max_length=LONGEST_QUERY, description="Words in user name, name or e-mail address."
    )
    status: Literal["enabled", "disabled", "deleted"] = unstated("Deleted ones only by this.")
    role: RoleName = unstated("Who has this role, given here or by a group at a provider.")
    group: str = unstated("Members of this group.", max_length=100)
    sort: OrderOfUsers = "username"


class MemberQuery(ListQuery):
    """Which members."""

    q: str = Field(
        "", max_length=LONGEST_QUERY, description="Words in user name, name or e-mail address."
    )
    sort: OrderOfUsers = "username"


class Personal(Said):
    """What is known of a person; what is not stated stays as it is."""

    name: str = unstated()
    given_name: str = unstated()
    family_name: str = unstated()
    email: str = unstated("Another one counts as not verified.")
    email_verified: bool = unstated()
    locale: str = unstated("A language, like `de-AT`.")
    zoneinfo: str = unstated("A time zone, like `Europe/Berlin`.")


class NewUser(Personal):
    """A user who signs in here."""

    username: str
    roles: list[RoleName] = Field([], max_length=MOST)
    groups: list[str] = Field([], max_length=MOST)
    password: str = Field("", description="Without one a one-time password is made.")


class UserPatch(Personal):
    """What changes; what is left out stays. Lists are stated whole."""

    roles: list[RoleName] = unstated(max_length=MOST)
    groups: list[str] = unstated(max_length=MOST)


class UserShown(Shown):
    """A user. `roles` are those that were given here; groups at providers may give more."""

    subject: str
    username: str
    status: Literal["enabled", "disabled", "deleted"]
    roles: list[RoleName]
    must_change_password: bool
    credentials_disabled_at: Moment | None
    name: str
    given_name: str
    family_name: str
    email: str
    email_verified: bool
    locale: str
    zoneinfo: str
    groups: list[str]
    created_at: Moment
    updated_at: Moment


class UserPage(Shown):
    """Some users, and the cursor of the next ones."""

    items: list[UserShown]
    next_cursor: str | None


class MadeUser(Shown):
    """A new user; the one-time password is in this answer and nowhere else."""

    user: UserShown
    one_time_password: str | None = Field(description="null: a password was stated.")


class OneTimePassword(Shown):
    """A password for one sign-in, in this answer and nowhere else."""

    subject: str
    username: str
    one_time_password: str


class Credentials(Shown):
    """What speaks for a user: live API tokens that belong to it, and live grants to apps."""

    subject: str
    username: str
    credentials_disabled_at: Moment | None
    api_tokens: list[str]
    grants: list[str]
    last_used_at: Moment | None


class EverythingStopped(Shown):
    """What was stopped: sessions and grants ended, API tokens rest until they are enabled."""

    subject: str
    username: str
    credentials_disabled_at: Moment
    sessions: int
    grants: int
    api_tokens: int


class GivenRoles(Shown):
    """Roles that the groups at one provider give."""

    provider: str
    roles: list[RoleName]


class RolesOfUser(Shown):
    """What somebody may do: given here, given by groups at providers, and what counts now."""

    subject: str
    username: str
    given: list[RoleName]
    by_providers: list[GivenRoles]
    now: list[RoleName]


class RoleShown(Shown):
    """A role: what bundle of permissions it is."""

    role: RoleName
    permissions: list[str]


class RolePage(Shown):
    """All roles."""

    items: list[RoleShown]
    next_cursor: None = None


def user_shown(described: Mapping[str, object]) -> UserShown:
    """A user as `services.user_rules.described` has it."""
    members = timed(described, "credentials_disabled_at", "created_at", "updated_at")
    members.pop("administrator")
    return UserShown.model_validate(members)


def credentials_shown(report: CredentialsReport) -> Credentials:
    """A report of what speaks for a user."""
    user = report.user
    shown: dict[str, Any] = {
        "subject": user.subject,
        "username": user.username,
        "credentials_disabled_at": moment(user.credentials_disabled_at),
        "api_tokens": [each.token_id for each in report.api_tokens],
        "grants": [each.grant_id for each in report.grants],
        "last_used_at": moment(report.last_used_at),
    }
    return Credentials.model_validate(shown)
