"""Explaining, testing and replaying policies, wired."""

from __future__ import annotations

from functools import cached_property

from authserver.services.operation_scopes import OperationScopes
from authserver.services.policy_expectations import PolicyExpectations
from authserver.services.policy_explanations import PolicyExplanations
from authserver.services.policy_replays import PolicyReplays
from authserver.services.policy_verdicts import PolicyVerdicts
from authserver.services.site_callers import SiteCallers
from authserver.services.who_may_call import WhoMayCall
from authserver.wiring_policies import PolicyParts
from authserver.wiring_projects import ProjectParts


class ExplanationParts(PolicyParts, ProjectParts):
    """The part of a container that judges calls which nobody makes."""

    @cached_property
    def operation_scopes(self) -> OperationScopes:
        """The catalogue, as decisions ask it."""
        return OperationScopes(self.catalogue.operations)

    @cached_property
    def policy_verdicts(self) -> PolicyVerdicts:
        """The verdict of a policy."""
        return PolicyVerdicts(self.operation_scopes)

    @cached_property
    def policy_explanations(self) -> PolicyExplanations:
        """Why a call passes, or not."""
        return PolicyExplanations(
            database=self.database,
            records=self.database,
            catalogue=self.catalogue.operations,
            scopes=self.operation_scopes,
            verdicts=self.policy_verdicts,
            api_tokens=self.api_token_verdicts,
            people=self.people_view,
            projects=self.project_reach,
            clock=self.clock,
        )

    @cached_property
    def who_may_call(self) -> WhoMayCall:
        """Who can do something at a site now."""
        callers = SiteCallers(
            database=self.database,
            scopes=self.operation_scopes,
            scopes_of_kind=self.scopes_of_kind,
            api_tokens=self.api_token_verdicts,
            people=self.people_view,
        )
        return WhoMayCall(
            database=self.database,
            catalogue=self.catalogue.operations,
            callers=callers,
            clock=self.clock,
        )

    @cached_property
    def policy_expectations(self) -> PolicyExpectations:
        """What calls must get."""
        return PolicyExpectations(
            database=self.database,
            catalogue=self.catalogue.operations,
            scopes=self.operation_scopes,
            scopes_of_kind=self.scopes_of_kind,
            verdicts=self.policy_verdicts,
            clock=self.clock,
        )

    @cached_property
    def policy_replays(self) -> PolicyReplays:
        """What decided calls would get."""
        return PolicyReplays(
            database=self.database,
            records=self.database,
            catalogue=self.catalogue.operations,
            verdicts=self.policy_verdicts,
            clock=self.clock,
        )
