"""Asking a policy: the first refusal on the hot path, every step for explanations.

The order of the steps is `SitePolicy.steps`; the rules of precedence are few: a refusal is final,
whoever would allow, and every rule that concerns the caller has to allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.policy_calls import LEGACY_WAYS, PolicyStep, StepOutcome

if TYPE_CHECKING:
    from authserver.domain.policy_calls import CallFacts, PolicyRefusal
    from authserver.services.site_policies import SitePolicy

_NOTHING_ASKED = "nothing is asked of this call"


def judge(policy: SitePolicy, facts: CallFacts) -> PolicyRefusal | None:
    """Why the call does not pass; `None` where nothing is in its way.

    A pure function of its arguments, some microseconds long.
    """
    caller = facts.caller
    is_plain = caller.details is None and caller.networks is None and caller.way not in LEGACY_WAYS
    for step in policy.asked_of_plain if is_plain else policy.asked:
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
