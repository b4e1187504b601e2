"""`/users`: who signs in here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.roles import Area, Role, to_read, to_write
from authserver.domain.searches import UserSearch, UserSort
from authserver.domain.users import UserStatus
from authserver.services.user_rules import PersonalUpdate, described
from authserver.services.users import UserDraft, UserUpdate
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.users import (
    MadeUser,
    NewUser,
    Personal,
    UserPage,
    UserPatch,
    UserQuery,
    UserShown,
    user_shown,
)
from authserver.web.admin_api.pieces import pieces_of, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.users import User
    from authserver.services.users import KnownUser
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid
    from authserver.web.admin_api.services import AdminServices

READ: Final = to_read(Area.PEOPLE)
WRITE: Final = to_write(Area.PEOPLE)
ONE: Final = "/users/{subject}"
_LISTS: Final = {f"{act}_{name}": name for act in ("add", "remove") for name in ("roles", "groups")}


def list_users(asked: Asked[NothingSaid, UserQuery]) -> Answered:
    """One page of them."""
    query = asked.query
    wanted = UserSearch(
        text=query.q,
        status=word(UserStatus, query.status),
        role=word(Role, query.role),
        group=query.group,
    )
    items, following = pieces_of(
        asked, UserSort, lambda sort, piece: asked.services.long_lists.users(wanted, sort, piece)
    )
    return Answered(UserPage(items=users_shown(asked.services, items), next_cursor=following))


def users_shown(services: AdminServices, users: Sequence[User]) -> list[UserShown]:
    """Users with the groups of each."""
    groups = services.long_lists.groups_of([each.subject for each in users])
    return [user_shown(described(*each)) for each in zip(users, groups, strict=True)]


def create_user(asked: Asked[NewUser, NoQuery]) -> Answered:
    """Add one."""
    said = asked.said
    made = asked.services.users.create(
        UserDraft(
            username=said.username,
            roles=said.roles,
            groups=said.groups,
            personal=_personal(said),
            password=said.password,
        ),
        asked.act,
    )
    shown = MadeUser(user=_shown(made.known), one_time_password=made.one_time_password or None)
    return Answered(shown, f"/users/{made.known.user.subject}")


def show_user(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them."""
    return _answered(asked.services, asked.path["subject"])


def change_user(asked: Asked[UserPatch, NoQuery]) -> Answered:
    """Change one."""
    said = asked.said
    users = asked.services.users
    before = users.get(asked.path["subject"])
    changes: dict[str, list[str]] = {}
    for name, has in (
        ("roles", {str(each) for each in before.user.own_roles}),
        ("groups", set(before.groups)),
    ):
        if name in said.model_fields_set:
            wanted = set(getattr(said, name))
            changes[f"add_{name}"] = sorted(wanted - has)
            changes[f"remove_{name}"] = sorted(has - wanted)
    update = UserUpdate(personal=_personal(said), **changes)  # type: ignore[arg-type]  # lists only
    return Answered(_shown(users.update(before.user.subject, update, asked.act)))


def disable_user(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Stop one."""
    stopped = asked.services.users.disable(asked.path["subject"], asked.act)
    return _answered(asked.services, stopped.subject)


def enable_user(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let one sign in again."""
    started = asked.services.users.enable(asked.path["subject"], asked.act)
    return _answered(asked.services, started.subject)


def delete_user(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """End one."""
    asked.services.users.delete(asked.path["subject"], asked.act)
    return Answered()


def _answered(services: AdminServices, subject: str) -> Answered:
    return Answered(_shown(services.users.get(subject)))


def _shown(known: KnownUser) -> UserShown:
    return user_shown(described(known.user, known.groups))


def _personal(said: Personal) -> PersonalUpdate:
    stated = said.model_fields_set & Personal.model_fields.keys()
    members: dict[str, Any] = {name: getattr(said, name) for name in stated}
    return PersonalUpdate(**members)


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/users", "listUsers", "List users", READ, list_users),
        query=UserQuery,
        answer=UserPage,
    ),
    Endpoint(
        *("POST", "/users", "createUser", "Add a user", WRITE, create_user),
        about="The one-time password is in the answer and can be shown by nobody later. Roles "
        "take `admin:roles:write` too.",
        said=NewUser,
        answer=MadeUser,
        status=201,
        creates=True,
        shows_secret=True,
        refusals=frozenset({404}),
    ),
    Endpoint(
        *("GET", ONE, "showUser", "Show a user", READ, show_user),
        about="By subject or user name, as everywhere below.",
        answer=UserShown,
        shows=user_shown,
    ),
    Endpoint(
        *("PATCH", ONE, "changeUser", "Change a user, its roles and groups", WRITE, change_user),
        about="A role or group that is taken ends before the answer. Roles, and users who have "
        "any, take `admin:roles:write` too.",
        said=UserPatch,
        answer=UserShown,
        shows=user_shown,
        needs_match=True,
        refusals=frozenset({409}),
        pointers=_LISTS,
    ),
    Endpoint(
        *("DELETE", ONE, "deleteUser", "Delete a user", WRITE, delete_user),
        about="Sessions, grants and tokens die now; the subject is never given out again.",
        status=204,
        shows=user_shown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", f"{ONE}/disable", "disableUser", "Disable a user", WRITE, disable_user),
        about="Sessions, grants and tokens end before the answer.",
        answer=UserShown,
        shows=user_shown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", f"{ONE}/enable", "enableUser", "Let a user sign in again", WRITE, enable_user),
        about="What ended stays ended.",
        answer=UserShown,
        shows=user_shown,
    ),
)
