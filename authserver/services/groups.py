"""Local groups and their members."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.groups import Group
from authserver.domain.roles import ROLES_WRITE
from authserver.domain.texts import check_text
from authserver.services.administrators import (
    all_who_could_administer,
    guard_user,
    may_give_roles,
)
from authserver.services.derived_rights import members_by_group
from authserver.services.policy_mentions import mentions_of_group
from authserver.services.user_lookup import existing, known_anew
from authserver.services.user_roles import guard_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.ports import Stores
    from authserver.domain.users import User
    from authserver.services.administration import Act, Administration

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,98}[A-Za-z0-9]\Z|[A-Za-z0-9]\Z")
LONGEST_DESCRIPTION: Final = 200


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group with its members as users, by user name.

    `by_provider` are, by subject, the providers whose groups make a user a member.
    """

    group: Group
    members: Sequence[User]
    by_provider: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Groups:
    """Use cases of group administration."""

    def __init__(self, *, administration: Administration) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration

    def list(self) -> Sequence[KnownGroup]:
        """All groups, by name."""
        with self._administration.database.reading() as stores:
            users = stores.users.list()
            derived = members_by_group(stores)
            return [
                KnownGroup(
                    group,
                    [user for user in users if user.subject in group.members],
                    {subject: by for (name, subject), by in derived.items() if name == group.name},
                )
                for group in stores.groups.list()
            ]

    def create(self, name: str, description: str, act: Act) -> Group:
        """Add an empty group.

        Raises:
            InvalidField: the name or the description is not allowed.
            AlreadyExists: the name is taken.
        """
        if NAME.match(name) is None:
            raise InvalidField(
                "name",
                "1 to 100 letters, digits, blanks and . _ @ - between two letters or digits",
            )
        text = check_text("description", description, longest=LONGEST_DESCRIPTION, required=False)
        group = Group(name, text, frozenset(), self._administration.clock.now())
        with self._administration.changing([], takes_power=False) as stores:
            stores.groups.add(group)
            self._administration.record(
                stores, act, "group.created", name, {"after": {"description": text}}
            )
        return group

    def delete(self, name: str, act: Act) -> None:
        """Remove a group; its members stay users.

        What they could do as members counts nowhere any more when this returns.

        Raises:
            NotFound: there is no such group.
            Conflict: a policy names it: rules that deny its members something would deny nobody.
            Forbidden: somebody in it administers, and the act may not touch such users.
        """
        with self._administration.changing([], takes_power=True) as stores:
            group = stores.groups.get(name)
            if group is None:
                raise NotFound("group", name)
            mentions = mentions_of_group(stores, name)
            if mentions:
                raise Conflict(f"policies name the group {name}: {', '.join(mentions)}")
            _guard_members(stores, act, group)
            stores.groups.remove(name)
            now = self._administration.clock.now()
            stores.authority.advance([known_anew(each, now) for each in sorted(group.members)])
            self._administration.record(
                stores, act, "group.deleted", name, {"members": sorted(group.members)}
            )

    def add(self, name: str, handle: str, act: Act) -> bool:
        """Add a user (by user name or subject); False when it was a member already.

        Where a policy names the group, which may deny its members something, that counts
        everywhere when this returns.

        Raises:
            NotFound: there is no such group or user.
            Forbidden: a policy names the group or the user administers, and the act may not touch
                such ones.
        """
        return self._change(name, handle, "group.member_added", act)

    def remove(self, name: str, handle: str, act: Act) -> bool:
        """Take a user out; False when it was no member.

        What it could do as a member counts nowhere any more when this returns.

        Raises:
            NotFound: there is no such group or user.
            Forbidden: a policy names the group or the user administers, and the act may not touch
                such ones.
        """
        return self._change(name, handle, "group.member_removed", act)

    def _change(self, name: str, handle: str, action: str, act: Act) -> bool:
        leaves = action == "group.member_removed"
        takes_power = True
        with self._administration.changing([], takes_power=lambda: takes_power) as stores:
            # The user first, as everywhere.
            user = existing(stores, handle)
            if stores.groups.get(name) is None:
                raise NotFound("group", name)
            guard_user(stores, act, user)
            guard_groups(stores, act, [name])
            # With the group locked: no policy that names it is applied meanwhile.
            takes_power = leaves or bool(mentions_of_group(stores, name))
            if not leaves:
                changed = stores.groups.join(name, user.subject)
            else:
                changed = stores.groups.leave(name, user.subject)
            if changed:
                now = self._administration.clock.now()
                stores.authority.advance([known_anew(user.subject, now)])
                self._administration.record(
                    stores,
                    act,
                    action,
                    name,
                    {"subject": user.subject, "username": user.username},
                )
        return changed


def _guard_members(stores: Stores, act: Act, group: Group) -> None:
    if not may_give_roles(act) and group.members & all_who_could_administer(stores):
        act.need(
            ROLES_WRITE, f"somebody in {group.name} administers: removing it takes {ROLES_WRITE}"
        )
