"""A house whose groups come from two providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.group_rules import GroupEffect
from authserver.domain.groups import Group
from authserver.domain.providers import ProviderKind
from authserver.services.group_effects import GroupEffects
from authserver.services.group_verdicts import verdict
from tests.doubles import EPOCH
from tests.services.grouped import identity_of, provider_of, rule
from tests.services.house import House

if TYPE_CHECKING:
    from authserver.domain.authority import Change
    from authserver.domain.group_rules import GroupRule, GroupSnapshot
    from authserver.domain.identities import Identity
    from authserver.domain.users import User

OIDC: Final = provider_of(ProviderKind.OIDC)
OTHER: Final = provider_of(ProviderKind.OIDC, name="other")


class Club(House):
    """A house with groups, two providers and ada's identity at the first."""

    def __init__(self) -> None:
        super().__init__()
        self.effects = GroupEffects()
        with self.database.writing() as stores:
            for name in ("team", "ops"):
                stores.groups.add(Group(name, "", frozenset(), EPOCH))
            stores.providers.add(OIDC)
            stores.providers.add(OTHER)
            for each in (
                rule("Devs", GroupEffect.LOCAL_GROUP, "team"),
                rule("Ops", GroupEffect.LOCAL_GROUP, "ops"),
                rule("Ops", GroupEffect.ADMINISTRATOR),
                rule("Devs", GroupEffect.SCOPES, "READ"),
                rule("Ops", GroupEffect.SCOPES, "READ WRITE"),
            ):
                stores.providers.add_rule(each)
            stores.identities.add(identity_of(self.ada.subject))

    def add_rule(self, added: GroupRule) -> None:
        with self.database.writing() as stores:
            stores.providers.add_rule(added)

    def identity(self, user: User | None = None, provider: str = "oidc") -> Identity:
        key = f"key-of-{(user or self.ada).subject}"
        with self.database.reading() as stores:
            found = stores.identities.find(provider, key)
        assert found is not None
        return found

    def signs_in(
        self, known: GroupSnapshot, provider: str = "oidc", user: User | None = None
    ) -> Identity:
        """Somebody (ada) comes from a provider that says this of the groups."""
        with self.database.writing() as stores:
            configured = stores.providers.get(provider)
            assert configured is not None
            judged = verdict(stores.providers.rules(provider), known, self.clock.now())
            identity = self.identity(user, provider)
            given = self.effects.apply_in(
                stores, configured, identity, known, judged, self.world.call()
            )
        assert given == self.identity(user, provider)
        return given

    @property
    def groups(self) -> list[str]:
        with self.database.reading() as stores:
            return list(stores.groups.of(self.ada.subject))

    def told(self) -> list[Change]:
        """What the authority was told, oldest first."""
        return [numbered.change for numbered in self.database.state.changes]

    def records(self) -> list[Any]:
        return [event for event in self.database.audit if event.action == "identity.groups_changed"]
