"""Asking a policy: the first refusal on the hot path, every step for explanations.

The order of the steps is `SitePolicy.steps`; the rules of precedence are few: a refusal is final,
whoever would allow, and every rule that concerns the caller has to allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import PolicyRefusal, PolicyStep, StepOutcome
from authserver.services.policy_steps import CREDENTIAL

if TYPE_CHECKING:
    from authserver.domain.policy_calls import CallFacts
    from authserver.services.policy_project_steps import ProjectLimits
    from authserver.services.site_policies import SitePolicy

_NOTHING_ASKED = "nothing is asked of this call"


def judge(policy: SitePolicy, facts: CallFacts) -> PolicyRefusal | None:
    """Why the call does not pass; `None` where nothing is in its way.

    A pure function of its arguments, some microseconds long.
    """
    for step in policy.asked:
        refusal = step.judge(facts)
        if refusal is not None:
            return refusal
    return None


def trace(policy: SitePolicy, facts: CallFacts) -> tuple[PolicyStep, ...]:
    """Every step of the policy, those behind a refusal too: its first refusal is `judge`'s."""
    found = []
    for step in policy.steps:
        refusal = step.judge(facts)
        if refusal is not None:
            found.append(PolicyStep(step.name, StepOutcome.REFUSED, refusal.text, refusal))
            continue
        said = step.passed(facts)
        outcome = StepOutcome.PASSED if said else StepOutcome.NOT_ASKED
        found.append(PolicyStep(step.name, outcome, said or _NOTHING_ASKED))
    return tuple(found)


def uncertain(limits: ProjectLimits, why: str) -> PolicyRefusal:
    """The refusal of a call whose projects nobody can say, under `limits`.

    `why` is a sentence without a stop, for who called.
    """
    other = (
        "use a token without the project limit"
        if limits.document == CREDENTIAL
        else "ask for the operation to be named harmless"
    )
    change = f"call an operation whose path names its project, or {other}"
    return PolicyRefusal(DenyReason.PROJECT_UNCERTAIN, limits.rule, limits.document, why, change)
