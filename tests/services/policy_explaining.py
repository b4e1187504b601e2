"""Calls to jira-main under policies: decided, recorded, explained, and judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authserver.domain.resources import ResourceKind
from authserver.services.api_token_verdicts import ApiTokenVerdicts
from authserver.services.decision_defaults import NoProjects
from authserver.services.operation_scopes import OperationScopes
from authserver.services.people_view import PeopleView
from authserver.services.policy_expectations import PolicyExpectations
from authserver.services.policy_explanations import PolicyExplanations
from authserver.services.policy_replays import PolicyReplays
from authserver.services.policy_verdicts import PolicyVerdicts
from authserver.services.provider_view import ProviderView
from authserver.services.usage import LastUses
from tests.memory_records import MemoryRecords
from tests.services.policy_office import catalogue
from tests.services.world import ISSUER, SCOPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.audit import AuditEvent
    from tests.services.world import World


class Explaining:
    """The services that judge calls which nobody makes, over the records of a world."""

    def __init__(self, world: World, projects: Any = None) -> None:
        self.world = world
        self.records = MemoryRecords(self.events, self._identifier)
        database, clock = world.database, world.clock
        view = world.worker.view
        operations = catalogue().operations
        scopes = OperationScopes(operations)
        self.verdicts = PolicyVerdicts(scopes)
        self.people = PeopleView(database, view, ProviderView(database, view))
        self.explanations = PolicyExplanations(
            database=database,
            records=self.records,
            catalogue=operations,
            scopes=scopes,
            verdicts=self.verdicts,
            api_tokens=ApiTokenVerdicts(
                issuer=ISSUER,
                database=database,
                directory=world.worker.directory,
                people=self.people,
                digester=world.digester,
                secret_maker=world.secret_maker,
                scopes_of_kind=SCOPES,
                uses=LastUses(),
            ),
            people=self.people,
            projects=NoProjects() if projects is None else projects,
            clock=clock,
        )
        self.expectations = PolicyExpectations(
            database=database,
            catalogue=operations,
            scopes=scopes,
            scopes_of_kind={kind: catalogue().scopes.of_kind(kind) for kind in ResourceKind},
            verdicts=self.verdicts,
            clock=clock,
        )
        self.replays = PolicyReplays(
            database=database,
            records=self.records,
            catalogue=operations,
            verdicts=self.verdicts,
            clock=clock,
        )

    def events(self) -> Sequence[AuditEvent]:
        """What is in the database and in the journal."""
        return [*self.world.database.audit, *self.world.journal.events]

    def _identifier(self, name: str) -> str:
        return self.world.resources.get(name).identifier
