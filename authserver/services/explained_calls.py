"""Explanations of calls, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.policy_calls import StepOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.policy_calls import CallFacts, PolicyRefusal, PolicyStep
    from authserver.domain.written_calls import WrittenCall

ALLOWED_THEN: Final = "allowed"
"""What became of a call that passed."""


@dataclass(frozen=True, slots=True)
class AskedCall:
    """A call that nobody has made: `resource` is a site's name, `address` may be empty."""

    call: WrittenCall
    resource: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One call and what was asked of it.

    `decision_id` is empty for a call that nobody has made; `recorded` is what became of the call
    (`allowed`, or the reason of the refusal), empty likewise. `who` says who calls, `policy` which
    documents are asked. `refusal` is the first of the steps'.
    """

    call: str
    who: str
    at: float
    resource: str
    policy: str
    steps: Sequence[PolicyStep]
    decision_id: str = ""
    recorded: str = ""

    @property
    def refusal(self) -> PolicyRefusal | None:
        """The first of the steps; `None` where nothing refuses."""
        return next((each.refusal for each in self.steps if each.refusal is not None), None)

    @property
    def passes(self) -> bool:
        """Whether no step refuses."""
        return all(each.outcome is not StepOutcome.REFUSED for each in self.steps)

    @property
    def agrees(self) -> bool:
        """Whether the steps say what was decided then."""
        return not self.recorded or self.passes is (self.recorded == ALLOWED_THEN)


def who_calls(facts: CallFacts) -> str:
    """Who calls, for people."""
    caller = facts.caller
    parts = [str(caller.way)]
    if caller.username:
        parts.append(f"user {caller.username}")
    if caller.is_service:
        parts.append(f"service {caller.client_id}")
    elif caller.client_id:
        parts.append(f"client {caller.client_id}")
    if caller.groups:
        parts.append(f"in {', '.join(sorted(caller.groups))}")
    if facts.address:
        parts.append(f"from {facts.address}")
    return ", ".join(parts)
