"""Why a call passed, or would, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from authserver.web.admin_api.models.members import Asking, Moment, Shown, moment, unstated

if TYPE_CHECKING:
    from authserver.domain.policy_calls import PolicyRefusal
    from authserver.services.explained_calls import Explanation

LONGEST = 300


class CallQuery(Asking):
    """A call that somebody might make."""

    token_id: str = Field(max_length=LONGEST, description="An API token, by its id.")
    call: str = Field(max_length=2000, description="`GET /rest/api/2/issue/AB-1`")
    resource: str = unstated("The site, where there are several.", max_length=LONGEST)
    address: str = unstated("Where the caller is.", max_length=LONGEST)


class RefusalShown(Shown):
    """What refuses, and the smallest change that would not."""

    reason: str
    rule: str
    document: str
    text: str
    change: str


class StepShown(Shown):
    """One step of a decision."""

    step: str
    outcome: str
    said: str
    refusal: RefusalShown | None


class ExplanationShown(Shown):
    """Why a call passed, or would, or not: every step."""

    call: str
    caller: str
    resource: str
    at: Moment
    policy: str
    decision_id: str | None = Field(description="null: nobody made the call.")
    decided: str | None = Field(description="What was answered then.")
    passes: bool
    agrees: bool = Field(description="Whether the steps say what was decided then.")
    refusal: RefusalShown | None
    steps: list[StepShown]


def explanation_shown(found: Explanation) -> ExplanationShown:
    """An explanation."""
    refusal = found.refusal
    shown: dict[str, Any] = {
        "call": found.call,
        "caller": found.who,
        "resource": found.resource,
        "at": moment(found.at),
        "policy": found.policy,
        "decision_id": found.decision_id or None,
        "decided": found.recorded or None,
        "passes": found.passes,
        "agrees": found.agrees,
        "refusal": None if refusal is None else _refusal(refusal),
        "steps": [
            {
                "step": each.name,
                "outcome": str(each.outcome),
                "said": each.said,
                "refusal": None if each.refusal is None else _refusal(each.refusal),
            }
            for each in found.steps
        ],
    }
    return ExplanationShown.model_validate(shown)


def _refusal(refusal: PolicyRefusal) -> dict[str, str]:
    names = ("reason", "rule", "document", "text", "change")
    return {name: str(getattr(refusal, name)) for name in names}
