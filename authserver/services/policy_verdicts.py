"""What a call gets under a policy, as far as that can be said without making it.

Scopes and the policy are judged as decisions judge them. Rates are not counted, and how a call is
handed over is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.operations import Unmatched
from authserver.domain.policy_calls import PolicyRefusal, PolicyStep, StepOutcome
from authserver.services.policy_engine import judge, trace
from authserver.services.policy_steps import listed, names_of
from authserver.services.scope_closures import change_for, closed_to_legacy, closed_to_token

if TYPE_CHECKING:
    from authserver.domain.decisions import DenyReason
    from authserver.domain.operations import Operation
    from authserver.domain.policy_calls import CallFacts
    from authserver.services.operation_scopes import OperationScopes
    from authserver.services.site_policies import SitePolicy

WHY_UNCERTAIN: Final = "nobody can say beforehand which projects the call reaches"
CATALOGUE: Final = "catalogue"
"""The document of what Atlassian's operations need."""
NAME_A_PROJECT: Final = "call what names its project in the path"


class Verdict(NamedTuple):
    """What a call gets; `reason` is `None` where it passes.

    `refusal` is there where the policy refuses. `is_certain` is False where the policy limits
    projects, and nobody has found out which ones the call reaches.
    """

    reason: DenyReason | None = None
    refusal: PolicyRefusal | None = None
    is_certain: bool = True

    @property
    def rule(self) -> str:
        """The rule that refuses; empty where none does."""
        return "" if self.refusal is None else self.refusal.rule


PASSES: Final = Verdict()
UNCERTAIN: Final = Verdict(is_certain=False)


class PolicyVerdicts:
    """Judges calls aside from the hot path."""

    def __init__(self, scopes: OperationScopes) -> None:
        """Ask the catalogue by `scopes`."""
        self._scopes = scopes

    def of(self, policy: SitePolicy, facts: CallFacts, granted: frozenset[str] | None) -> Verdict:
        """The verdict; `granted` are the scopes of a token, `None` for a caller without one."""
        refusal = judge(policy, facts)
        if refusal is not None:
            return Verdict(refusal.reason, refusal)
        closed = self._closed(policy, facts, granted)
        if closed is not None:
            return Verdict(closed[0])
        if _lacks_projects(policy, facts):
            return UNCERTAIN
        return PASSES

    def trace(
        self, policy: SitePolicy, facts: CallFacts, granted: frozenset[str] | None
    ) -> tuple[PolicyStep, ...]:
        """Every step: of the policy, then scopes, then whether its projects are certain."""
        return (
            *trace(policy, facts),
            self._scope_step(policy, facts, granted),
            _certainty_step(policy, facts),
        )

    def _closed(
        self, policy: SitePolicy, facts: CallFacts, granted: frozenset[str] | None
    ) -> tuple[DenyReason, str] | None:
        matched = _matched(facts)
        if granted is None:
            reason = closed_to_legacy(facts, matched)
            return None if reason is None else (reason, "")
        closed = closed_to_token(self._scopes, policy, facts, granted, matched)
        return None if closed is None else (closed.reason, closed.scope)

    def _scope_step(
        self, policy: SitePolicy, facts: CallFacts, granted: frozenset[str] | None
    ) -> PolicyStep:
        closed = self._closed(policy, facts, granted)
        name = "scopes"
        if closed is None and granted is None:
            return PolicyStep(name, StepOutcome.NOT_ASKED, "the caller has no token of ours")
        if closed is None:
            return PolicyStep(
                name, StepOutcome.PASSED, f"{listed(granted or (), 'and')} opens {_call(facts)}"
            )
        reason, scope = closed
        if scope:
            said = f"{_call(facts)} needs scopes that the token lacks: {scope}"
            change = f"use a token with {scope}"
        else:
            said = f"{_call(facts)} is opened by no scope: {reason}"
            change = change_for(reason, facts)
        refusal = PolicyRefusal(reason, "scopes", CATALOGUE, said, change)
        return PolicyStep(name, StepOutcome.REFUSED, said, refusal)


def _certainty_step(policy: SitePolicy, facts: CallFacts) -> PolicyStep:
    name = "certain projects"
    limits = policy.limits_projects(facts)
    if limits is None:
        return PolicyStep(name, StepOutcome.NOT_ASKED, "nothing limits the projects of this call")
    if facts.projects is not None:
        return PolicyStep(name, StepOutcome.PASSED, "it is known which projects the call reaches")
    if policy.is_harmless(facts.operations):
        return PolicyStep(name, StepOutcome.PASSED, "the policy names the operation harmless")
    refusal = policy.uncertain(facts, WHY_UNCERTAIN, NAME_A_PROJECT)
    return PolicyStep(name, StepOutcome.REFUSED, WHY_UNCERTAIN, refusal)


def _lacks_projects(policy: SitePolicy, facts: CallFacts) -> bool:
    return (
        facts.projects is None
        and policy.needs_projects(facts)
        and not policy.is_harmless(facts.operations)
    )


def _matched(facts: CallFacts) -> tuple[Operation, ...] | Unmatched:
    return facts.operations or facts.unmatched or Unmatched.UNKNOWN_PATH


def _call(facts: CallFacts) -> str:
    names = names_of(facts.operations)
    return listed(names, "and") if names else f"{facts.method} {facts.path}"
