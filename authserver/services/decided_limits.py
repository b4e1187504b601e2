"""Which projects a call reaches, and how many calls there may be: asked last, for both cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.decisions import Deny, DenyReason
from authserver.domain.policy_calls import PolicyRefusal
from authserver.services.decision_ports import Uncertain

if TYPE_CHECKING:
    from authserver.domain.tokens import AccessToken
    from authserver.services.decided_hand_over import Judged
    from authserver.services.decision_ports import ProjectResolver, RateCounter


class DecidedLimits:
    """Limits of projects and rates."""

    def __init__(self, *, projects: ProjectResolver, rates: RateCounter) -> None:
        """Take the collaborators; hold no state of its own."""
        self._projects = projects
        self._rates = rates

    def take(self, judged: Judged, token: AccessToken | None) -> Judged | Deny:
        """The call with its projects and its count, or why it does not pass.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        if judged.policy.needs_projects(judged.facts):
            found = self._reached(judged, token)
            if isinstance(found, Deny):
                return found
            judged = found
        return self._counted(judged, token) if judged.policy.counts else judged

    def _reached(self, judged: Judged, token: AccessToken | None) -> Judged | Deny:
        facts = judged.facts
        found = self._projects.reach(judged.resource, judged.target, facts)
        if isinstance(found, Uncertain):
            refused = judged.policy.uncertain(facts, found.why, found.change)
            if refused is None:
                return judged
            return judged.deny(refused.reason, token, refusal=refused, detail=found.detail)
        judged = judged._replace(facts=replace(facts, projects=found))
        refused = judged.policy.judge(judged.facts)
        if refused is None:
            return judged
        return judged.deny(refused.reason, token, refusal=refused)

    def _counted(self, judged: Judged, token: AccessToken | None) -> Judged | Deny:
        verdict = self._rates.take(judged.policy, judged.facts)
        judged = judged._replace(rate=verdict.state, detail=verdict.detail)
        if verdict.unavailable:
            return judged.deny(DenyReason.RATES_UNAVAILABLE, token, detail=verdict.detail)
        if not verdict.refused:
            return judged
        name = "" if verdict.state is None else verdict.state.name
        refusal = PolicyRefusal(
            DenyReason.RATE_LIMITED, f"rate.{name}", judged.policy.label, verdict.text, ""
        )
        return judged.deny(DenyReason.RATE_LIMITED, token, refusal=refusal, detail=verdict.detail)
