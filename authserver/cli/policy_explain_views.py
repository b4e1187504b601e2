"""How explanations look on a screen and in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.audit_times import written
from authserver.domain.policy_calls import StepOutcome
from authserver.domain.texts import shown_time

if TYPE_CHECKING:
    from authserver.cli.console import Console
    from authserver.domain.policy_calls import PolicyRefusal, PolicyStep
    from authserver.services.explained_calls import Explanation

_COLUMNS: Final = ("step", "outcome", "what")


def show_explanation(console: Console, found: Explanation) -> None:
    """For people: the call, every step, and what to do."""
    fields = {
        "call": found.call,
        "caller": found.who,
        "site": found.resource,
        "time": shown_time(found.at),
        "policy": found.policy or "none",
    }
    if found.recorded:
        fields |= {"decision": found.decision_id, "decided": found.recorded}
    console.fields(fields)
    console.line()
    console.table(_COLUMNS, [(each.name, each.outcome, _what(each)) for each in found.steps])
    console.line()
    refusal = found.refusal
    if refusal is not None:
        console.fields(
            {
                "refused by": f"{refusal.rule} ({refusal.document})",
                "because": refusal.text,
                "smallest change": refusal.change,
            }
        )
    elif found.passes:
        console.line("the call passes")
    else:
        console.line(f"the call is refused: {found.recorded}")
    if not found.agrees:
        console.note("note: judged again, the call does not get what was decided then")


def explanation_value(found: Explanation) -> dict[str, object]:
    """The same in JSON."""
    return {
        "call": found.call,
        "caller": found.who,
        "resource": found.resource,
        "time": written(found.at),
        "policy": found.policy,
        "decision_id": found.decision_id or None,
        "decided": found.recorded or None,
        "passes": found.passes,
        "agrees": found.agrees,
        "refusal": None if found.refusal is None else _refusal_value(found.refusal),
        "steps": [
            {
                "step": each.name,
                "outcome": each.outcome,
                "said": each.said,
                "refusal": None if each.refusal is None else _refusal_value(each.refusal),
            }
            for each in found.steps
        ],
    }


def _what(step: PolicyStep) -> str:
    if step.outcome is StepOutcome.REFUSED and step.refusal is not None:
        return f"{step.refusal.rule}: {step.said}"
    return step.said


def _refusal_value(refusal: PolicyRefusal) -> dict[str, object]:
    return {
        "reason": refusal.reason,
        "rule": refusal.rule,
        "document": refusal.document,
        "text": refusal.text,
        "change": refusal.change,
    }
