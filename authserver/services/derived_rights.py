"""What users have by groups at identity providers: for those who look after users and groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.identities import Identity
    from authserver.domain.ports import Stores
    from authserver.domain.roles import Role


@dataclass(frozen=True, slots=True)
class DerivedRights:
    """One identity of a user, whether its provider counts now, and the local groups it gives."""

    identity: Identity
    is_enabled: bool
    groups: frozenset[str]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that it gives now."""
        counts = self.is_enabled and self.identity.asleep_since is None
        return self.identity.given_roles if counts else frozenset()

    @property
    def makes_administrator(self) -> bool:
        """Whether the user may administer by it now, anything."""
        return bool(self.roles)


def rights_of(stores: Stores, subject: str) -> Sequence[DerivedRights]:
    """What each identity of a user gives, by provider."""
    enabled = {each.name for each in stores.providers.list() if each.is_enabled}
    return [
        DerivedRights(
            identity,
            identity.provider in enabled,
            stores.identities.groups_by(identity.provider, subject),
        )
        for identity in stores.identities.of(subject)
    ]


def roles_by_group(stores: Stores) -> Mapping[str, Mapping[str, frozenset[Role]]]:
    """By subject, the roles that groups give now, by provider."""
    found: dict[str, dict[str, frozenset[Role]]] = {}
    for provider in stores.providers.list():
        if not provider.is_enabled:
            continue
        for identity in stores.identities.list(provider.name):
            if identity.gives_administration and identity.asleep_since is None:
                given = found.setdefault(identity.subject, {})
                before = given.get(provider.name, frozenset())
                given[provider.name] = before | identity.given_roles
    return found


def members_by_group(stores: Stores) -> Mapping[tuple[str, str], Sequence[str]]:
    """By local group and subject, the providers whose groups make the user a member."""
    found: dict[tuple[str, str], list[str]] = {}
    for provider in stores.providers.list():
        for subject, groups in stores.identities.derived(provider.name).items():
            for group in groups:
                found.setdefault((group, subject), []).append(provider.name)
    return found
