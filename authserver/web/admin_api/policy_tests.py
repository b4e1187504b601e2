"""`/policy-tests`: whether calls get what somebody expects of the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from authserver.domain.policy_problems import PolicyInvalid
from authserver.services.policy_expectation_tables import read_expectations
from authserver.web.admin_api import problem_kinds as kinds
from authserver.web.admin_api.endpoints import LONG_BODY, Answered, Endpoint
from authserver.web.admin_api.models.members import Said, Shown
from authserver.web.admin_api.models.policies import LONGEST_TEXT
from authserver.web.admin_api.policies import READ
from authserver.web.admin_api.problems import Mistake, Problem, pointer_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authserver.domain.policy_documents import PolicyDocument
    from authserver.services.policy_expectations import Tried
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery

MOST_DRAFTS: Final = 20
Drafts = Annotated[
    dict[str, Annotated[str, Field(max_length=LONGEST_TEXT)]], Field(max_length=MOST_DRAFTS)
]


class PolicyTest(Said):
    """Expectations, and documents that are taken to count."""

    text: str = Field(
        max_length=LONGEST_TEXT, description="Expectations in TOML, as `policy test` takes them."
    )
    drafts: Drafts = Field(
        {}, description="Texts by the names of the documents that they are taken for."
    )


class TriedShown(Shown):
    """One expectation and what its call gets."""

    met: bool
    call: str
    caller: str
    expected: str
    got: str
    smallest_change: str


class PolicyTestShown(Shown):
    """Every expectation, in the order of the text."""

    met: int
    failed: int
    items: list[TriedShown]


def try_policy(asked: Asked[PolicyTest, NoQuery]) -> Answered:
    """Try expectations."""
    said, services = asked.said, asked.services
    wanted = read_expectations(said.text)
    tried = services.policy_expectations.run(wanted, dict(_drafts(asked)))
    items = [_shown(each) for each in tried]
    met = sum(each.met for each in items)
    return Answered(PolicyTestShown(met=met, failed=len(items) - met, items=items))


def _drafts(asked: Asked[PolicyTest, NoQuery]) -> Iterator[tuple[str, PolicyDocument]]:
    """The drafts, checked as they would be when they are applied."""
    drafts: Mapping[str, str] = asked.said.drafts
    for name, text in drafts.items():
        try:
            yield name, asked.services.policies.plan(name, text).document
        except PolicyInvalid as refusal:
            pointer = pointer_of(("drafts", name))
            mistakes = [Mistake(str(each), pointer=pointer) for each in refusal.problems]
            raise Problem(kinds.INVALID, "a draft is refused", mistakes) from refusal


def _shown(tried: Tried) -> TriedShown:
    wanted = tried.expectation
    expected = "allow" if wanted.is_allowed else " ".join(filter(None, ("deny", wanted.reason)))
    return TriedShown(
        met=tried.is_met,
        call=f"{wanted.call.method} {wanted.call.target.path}",
        caller=wanted.caller,
        expected=f"{expected} ({wanted.rule})" if wanted.rule else expected,
        got=tried.got,
        smallest_change="" if tried.is_met else tried.change,
    )


ENDPOINTS: Final = (
    Endpoint(
        *("POST", "/policy-tests", "testPolicy", "Try what calls must get", READ, try_policy),
        about="Against the policy that counts now, or with drafts in it. Nothing is called, "
        "recorded or counted.",
        said=PolicyTest,
        answer=PolicyTestShown,
        longest_body=LONG_BODY,
        refusals=frozenset({404}),
    ),
)
