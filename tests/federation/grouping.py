"""What groups at fake providers mean in a world, and how people there are seen by others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from authserver.domain.group_rules import GroupEffect, GroupRule
from authserver.domain.groups import Group
from authserver.domain.providers import GroupSource, GroupsRule, ProviderKind
from authserver.services.administrators import may_administer

if TYPE_CHECKING:
    from authserver.domain.identities import Identity
    from tests.federation.fake_provider import FakeProvider
    from tests.federation.world import FederatedWorld
    from tests.people.browser import Browser
    from tests.people.pages import Page

GRACE = "grace@example.com"


@dataclass
class Club:
    """`federated` with local groups `team` and `ops`."""

    federated: FederatedWorld

    def __post_init__(self) -> None:
        with self.federated.container.database.writing() as stores:
            for name in ("team", "ops"):
                stores.groups.add(Group(name, "", frozenset(), self.now))

    @property
    def now(self) -> float:
        """The time of everything."""
        return self.federated.people.clock.now()

    def provider(
        self,
        name: str = "acme",
        kind: ProviderKind = ProviderKind.OIDC,
        *,
        source: GroupSource = GroupSource.CLAIM,
        limit: int = 0,
        **stated: Any,
    ) -> FakeProvider:
        """A provider whose groups are read; its directory opens with the secret we have there."""
        claim = "cognito:groups" if kind is ProviderKind.COGNITO else "groups"
        secret = b""
        if source in (GroupSource.GRAPH, GroupSource.OKTA_API):
            credentials = self.federated.container.provider_credentials
            secret = credentials.seal_directory_secret(name, "secret at the provider & 100%")
        groups = GroupsRule(source=source, claim=claim, limit=limit, directory_secret=secret)
        return self.federated.provider(name, kind, groups=groups, **stated)

    def rule(
        self, external: str, effect: GroupEffect, value: str = "", provider: str = "acme"
    ) -> None:
        """Say what a group means."""
        rule_id = f"{external}-{effect}-{value}"
        made = GroupRule(rule_id, provider, external, effect, value, "", self.now)
        with self.federated.container.database.writing() as stores:
            stores.providers.add_rule(made)

    def usual_rules(self, devs: str = "Devs", ops: str = "Ops") -> None:
        """Devs are the team and may read; Ops administer and may write."""
        self.rule(devs, GroupEffect.LOCAL_GROUP, "team")
        self.rule(ops, GroupEffect.LOCAL_GROUP, "ops")
        self.rule(ops, GroupEffect.ADMINISTRATOR)
        self.rule(devs, GroupEffect.SCOPES, "READ")
        self.rule(ops, GroupEffect.SCOPES, "READ WRITE")

    def comes(
        self,
        *groups: object,
        name: str = "acme",
        browser: Browser | None = None,
        then_wait: float = 2,
    ) -> Page:
        """Grace signs in, some time after what happened last, from a provider that says this."""
        self.federated.people.clock.advance(2)
        fake = self.federated.fakes[name]
        fake.person = replace(fake.person, groups=groups)
        page = self.federated.sign_in(browser, name)
        self.federated.people.clock.advance(then_wait)
        return page

    def identity(self, username: str = GRACE) -> Identity:
        """Her only identity."""
        (identity,) = self.federated.identities(username)
        return identity

    def groups(self, username: str = GRACE) -> list[str]:
        """Her local groups."""
        subject = self.federated.user(username).subject
        with self.federated.container.database.reading() as stores:
            return list(stores.groups.of(subject))

    def administers(self, username: str = GRACE) -> bool:
        """Whether she may administer."""
        user = self.federated.user(username)
        with self.federated.container.database.reading() as stores:
            return may_administer(stores, user)
