"""A refusal, as the caller gets it: a status, a reason, what to do, and the decision's id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jira import JIRAError

from tests.demo.steps import NotAsTold, check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import Response

    from tests.demo.scene import Scene


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the gateway answered in Jira's place."""

    status: int
    error: str
    description: str
    decision_id: str
    challenge: str

    def __str__(self) -> str:
        """As the audience reads it."""
        return f"{self.status} {self.error}: {self.description}"


def refused(
    scene: Scene,
    site_name: str,
    call: Callable[[], object],
    status: int,
    error: str,
    *,
    decided: bool = True,
) -> Refusal:
    """Make a call that must be refused, and look whether Jira saw anything of it.

    Raises:
        NotAsTold: it was not refused, or in another way, or without a reason, or something
            reached Jira.
    """
    answer = _refusing_answer(scene, site_name, call)
    refusal = refusal_of(answer.status_code, answer.headers, answer.json())
    check_refusal(refusal, status, error, decided=decided)
    if decided:
        scene.refusals.append(refusal)
    return refusal


def challenged(scene: Scene, site_name: str, call: Callable[[], object], status: int) -> str:
    """The same with an enforcement point that says nothing but a challenge (RFC 6750)."""
    answer = _refusing_answer(scene, site_name, call)
    happened = f"{answer.status_code} {answer.headers.get('WWW-Authenticate', 'no challenge')}"
    check(answer.status_code == status, f"{happened}, not {status}")
    return happened


def _refusing_answer(scene: Scene, site_name: str, call: Callable[[], object]) -> Response:
    before = len(scene.seen_by(site_name))
    try:
        call()
    except JIRAError as error:
        answer = error.response
        if answer is None:
            raise NotAsTold(f"no answer at all: {error}") from error
    else:
        raise NotAsTold("the call went through")
    reached = len(scene.seen_by(site_name)) - before
    check(reached == 0, f"{answer.status_code}, and {reached} requests reached the stand-in")
    return answer


def refusal_of(status: int, headers: Mapping[str, str], body: Any) -> Refusal:
    """Read a refusal.

    Raises:
        NotAsTold: it does not say the same decision in its header and its body.
    """
    told = body if isinstance(body, dict) else {}
    decision_id = str(told.get("decision_id", ""))
    header = headers.get("X-Decision-Id", "")
    check(header == decision_id, f"decision {header} in the header, {decision_id} in the body")
    return Refusal(
        status,
        str(told.get("error", "")),
        str(told.get("error_description", "")),
        decision_id,
        headers.get("WWW-Authenticate", ""),
    )


def check_refusal(refusal: Refusal, status: int, error: str, *, decided: bool = True) -> None:
    """Raise NotAsTold unless it is this one, with a reason and a decision to ask about."""
    check((refusal.status, refusal.error) == (status, error), f"{refusal}, not {status} {error}")
    check(bool(refusal.description), f"{refusal}: no reason is given")
    check(bool(refusal.decision_id) is decided, f"{refusal}: decision {refusal.decision_id}")
