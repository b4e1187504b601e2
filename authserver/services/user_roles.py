"""Giving roles to users by hand, and taking them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.errors import InvalidField
from authserver.domain.roles import ROLES_WRITE, Role
from authserver.services.administrators import may_give_roles
from authserver.services.policy_mentions import mentions_of_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.ports import Stores
    from authserver.domain.users import User
    from authserver.services.administration import Act


def checked_roles(field: str, names: Iterable[str]) -> frozenset[Role]:
    """Roles by their names. Raises InvalidField for `field`."""
    known = list(Role)
    for name in names:
        if name not in known:
            raise InvalidField(field, "one of " + ", ".join(known))
    return frozenset(Role(name) for name in names)


def with_roles(user: User, roles: frozenset[Role]) -> User:
    """The user with these roles by hand and no others."""
    return replace(user, is_administrator=Role.OWNER in roles, roles=roles - {Role.OWNER})


def changed_roles(
    before: frozenset[Role],
    *,
    is_administrator: bool | None,
    add: Sequence[str],
    remove: Sequence[str],
) -> frozenset[Role]:
    """What is left of roles by hand after a change; `is_administrator` is about the owner's.

    Raises:
        InvalidField: names the field and what is allowed.
    """
    added, removed = checked_roles("add_roles", add), checked_roles("remove_roles", remove)
    if added & removed:
        raise InvalidField("remove_roles", "none that is added as well")
    if is_administrator is not None and Role.OWNER in added | removed:
        raise InvalidField("is_administrator", "left out where the role owner is stated")
    if is_administrator is True:
        added |= {Role.OWNER}
    if is_administrator is False:
        removed |= {Role.OWNER}
    return (before | added) - removed


def guard_roles(act: Act, before: frozenset[Role], after: frozenset[Role]) -> None:
    """Let only those change roles who may. Raises Forbidden."""
    if before != after:
        act.need(ROLES_WRITE, f"giving and taking roles takes {ROLES_WRITE}")


def guard_groups(stores: Stores, act: Act, names: Iterable[str]) -> None:
    """Let only those change who is in a group that policies give or take power by.

    Raises:
        Forbidden: a policy names one of the groups, and the act is done without the permission.
    """
    if may_give_roles(act):
        return
    for name in names:
        if mentions_of_group(stores, name):
            act.need(
                ROLES_WRITE, f"policies name the group {name}: who is in it takes {ROLES_WRITE}"
            )
