"""Groups of users, and roles of users, in files of configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.declarations import DeclaredKind
from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.roles import Area
from authserver.domain.texts import check_text
from authserver.services.declared_objects import FreshValue, keep, without
from authserver.services.derived_rights import members_by_group
from authserver.services.groups import LONGEST_DESCRIPTION
from authserver.services.user_lookup import existing
from authserver.services.users import UserUpdate

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from authserver.domain.ports import Stores
    from authserver.services.administration import Act
    from authserver.services.declared_objects import Form, Offices, SecretReader

MEMBERS: Final = "members"
ROLES: Final = "roles"


class DeclaredGroups:
    """Groups, and who is in them by hand."""

    kind = DeclaredKind.GROUP
    area = Area.PEOPLE

    def __init__(self, offices: Offices, stores: Stores) -> None:
        """Take the services and the stores of the transaction."""
        self._offices = offices
        self._stores = stores

    def names(self) -> Sequence[str]:
        """By name."""
        return [each.name for each in self._stores.groups.list()]

    def form(self, name: str, keys: Collection[str]) -> Form | None:
        """The group as files say it."""
        group = self._stores.groups.get(name)
        if group is None:
            return None
        form: Form = {"description": group.description}
        if MEMBERS in keys:
            derived = members_by_group(self._stores)
            by_hand = [each for each in group.members if (name, each) not in derived]
            users = (self._stores.users.get(each) for each in by_hand)
            form[MEMBERS] = sorted(each.username for each in users if each is not None)
        return form

    def plain(self, form: Form) -> Form:
        """Without what is the default."""
        return without(form, {"description": "", MEMBERS: []})

    def needs(self, values: Mapping[str, Any]) -> Collection[tuple[DeclaredKind, str]]:  # noqa: ARG002 - the port's
        """Nothing: files make no users."""
        return ()

    def put(
        self,
        values: Mapping[str, Any],
        before: Form | None,
        act: Act,
        secrets: SecretReader,  # noqa: ARG002 - a group has none
    ) -> Sequence[FreshValue]:
        """Add it, and let those be members by hand that are stated."""
        name, description = values["name"], values.get("description", "")
        groups = self._offices.groups
        if before is None:
            groups.create(name, description, act)
        else:
            neat = check_text(
                "description", description, longest=LONGEST_DESCRIPTION, required=False
            )
            keep("description", before["description"], neat)
        if MEMBERS in values:
            now = set() if before is None else set(before[MEMBERS])
            wanted = {self._username(each) for each in values[MEMBERS]}
            for each in sorted(wanted - now):
                groups.add(name, each, act)
            for each in sorted(now - wanted):
                groups.remove(name, each, act)
        return ()

    def made_at(self, name: str) -> float:
        """When it was added."""
        group = self._stores.groups.get(name)
        return 0.0 if group is None else group.created_at

    def remove(self, name: str, act: Act) -> None:
        """Remove it; its members stay users."""
        self._offices.groups.delete(name, act)

    def _username(self, handle: str) -> str:
        try:
            return existing(self._stores, handle).username
        except NotFound:
            raise InvalidField(MEMBERS, f"users that there are; {handle} is none") from None


class DeclaredUsers:
    """Who has which roles by hand."""

    kind = DeclaredKind.USER
    area = Area.ROLES

    def __init__(self, offices: Offices, stores: Stores) -> None:
        """Take the services and the stores of the transaction."""
        self._offices = offices
        self._stores = stores

    def names(self) -> Sequence[str]:
        """Users with a role by hand, by user name."""
        return [each.username for each in self._stores.users.list() if each.own_roles]

    def form(self, name: str, keys: Collection[str]) -> Form | None:  # noqa: ARG002 - the port's
        """The roles as files say them."""
        try:
            user = existing(self._stores, name)
        except NotFound:
            return None
        if user.username != name:
            # By the subject: one user would have two names here, and roles of each.
            return None
        return {ROLES: sorted(map(str, user.own_roles))}

    def plain(self, form: Form) -> Form:
        """All of it."""
        return form

    def needs(self, values: Mapping[str, Any]) -> Collection[tuple[DeclaredKind, str]]:  # noqa: ARG002 - the port's
        """Nothing."""
        return ()

    def put(
        self,
        values: Mapping[str, Any],
        before: Form | None,
        act: Act,
        secrets: SecretReader,  # noqa: ARG002 - roles have none
    ) -> Sequence[FreshValue]:
        """Give and take roles."""
        if before is None:
            raise InvalidField("username", "the name of a user that there is: files make none")
        wanted, now = values[ROLES], before[ROLES]
        update = UserUpdate(
            add_roles=[each for each in wanted if each not in now],
            remove_roles=[each for each in now if each not in wanted],
        )
        try:
            self._offices.users.update(values["username"], update, act)
        except InvalidField as refusal:
            raise InvalidField(ROLES, refusal.allowed) from None
        return ()

    def made_at(self, name: str) -> float:  # noqa: ARG002 - the port's
        """Never: files make no users."""
        return 0.0

    def remove(self, name: str, act: Act) -> None:  # noqa: ARG002 - the port's
        """Raises Conflict: files end no users, and `made_at` says that they made none."""
        raise Conflict(f"files end no users; to end {name}: authserver user delete {name}")
