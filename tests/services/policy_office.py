"""Policies on a world in memory, with the real catalogue."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from authserver.catalogue.loader import load_catalogue
from authserver.domain.policy_documents import DEFAULT_DOCUMENT
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.services.groups import Groups
from authserver.services.policies import Policies
from authserver.services.policy_references import StoredReferences
from authserver.services.policy_view import PolicyView
from authserver.services.token_policy import TokenPolicy
from authserver.services.users import UserDraft
from tests.services.world import ADMIN, World
from tests.storage.api_token_examples import api_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.catalogue.loader import Catalogue
    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Stores
    from authserver.services.policies import AppliedPolicy, PolicyPlan
    from authserver.services.site_policies import SitePolicy
    from authserver.services.token_policy import TokenRules

DAY: Final = 86_400.0


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Loaded once."""
    return load_catalogue()


class PolicyOffice:
    """The sites jira-main and wiki, the group developers, the user ada, the client ci-robot."""

    def __init__(self, world: World | None = None) -> None:
        self.world = World() if world is None else world
        self.policies = Policies(
            administration=self.world.administration, references=self.references
        )
        self.groups = Groups(administration=self.world.administration)
        self.view = PolicyView(self.world.database, self.world.worker.view, catalogue().operations)

    def furnish(self) -> PolicyOffice:
        """Add what documents refer to; forget the records of that."""
        self.world.add_resource()
        self.world.add_resource("wiki", kind="confluence-dc")
        for group in ("developers", "testers", "contractors"):
            self.groups.create(group, "", ADMIN)
        self.world.users.create(UserDraft("ada"), ADMIN)
        self.world.add_client("ci-robot")
        self.add_token("t1", lineage_id="t1")
        self.world.database.audit.clear()
        return self

    def references(self, stores: Stores, name: str) -> StoredReferences:
        """As the wiring makes them."""
        resource = None if name == DEFAULT_DOCUMENT else stores.resources.get(name)
        kinds = list(SITE_KINDS) if resource is None else [resource.kind]
        products = [catalogue().operations.of_kind(kind) for kind in kinds]
        of_kind = {kind: catalogue().scopes.of_kind(kind) for kind in ResourceKind}
        return StoredReferences(stores, products, of_kind)

    def plan(self, text: str, name: str = DEFAULT_DOCUMENT) -> PolicyPlan:
        """What applying a text would do."""
        return self.policies.plan(name, text)

    def apply(self, text: str, name: str = DEFAULT_DOCUMENT, **stated: Any) -> AppliedPolicy:
        """Let a text count."""
        return self.policies.apply(name, text, ADMIN, **stated)

    def add_token(self, token_id: str, **changes: Any) -> ApiToken:
        """A token as its example, made now, for 90 days, unless told otherwise."""
        now = self.world.clock.now()
        times = {"created_at": now, "expires_at": now + 90 * DAY}
        token = api_token(token_id, **(times | changes))
        with self.world.database.writing() as stores:
            stores.api_tokens.add(token)
        return token

    def site_policy(self, name: str = "jira-main") -> SitePolicy:
        """What the first worker asks of calls to a site."""
        self.world.worker.view.ensure_fresh()
        return self.view.of(self.world.resources.get(name))

    def token_rules(self, *resources: str) -> TokenRules:
        """What is asked of a new token."""
        with self.world.database.reading() as stores:
            return TokenPolicy.of(stores, resources)

    @property
    def actions(self) -> Sequence[str]:
        """What is on record."""
        return [event.action for event in self.world.database.audit]
