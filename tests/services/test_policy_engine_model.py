"""The compiled policy against a model that was written from the contract's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.policy_calls import StepOutcome
from authserver.services.policy_engine import judge, trace
from authserver.services.site_policies import compile_policy
from tests.services.policy_model import model_judge, objections
from tests.services.policy_strategies import CALLS, DOCUMENTS, PRODUCT, RESOURCE, SITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.decisions import DenyReason
    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.policy_documents import PolicyDocument
    from authserver.services.site_policies import SitePolicy


MANY = st.lists(CALLS, min_size=3, max_size=6)


def compiled(documents: list[PolicyDocument]) -> SitePolicy:
    return compile_policy([(None, each) for each in documents], PRODUCT, RESOURCE)


def compare(documents: list[PolicyDocument], calls: Sequence[CallFacts]) -> None:
    """Every step says what the model says at its question, and the verdict is the first of it."""
    policy = compiled(documents)
    for facts in calls:
        expected: dict[int, tuple[DenyReason, str]] = {}
        for each in sorted(objections(documents, facts, SITE, SITE)):
            expected.setdefault(each.place, (each.reason, each.rule))
        refusals = [each.refusal for each in trace(policy, facts)]
        said = {n: (each.reason, each.rule) for n, each in enumerate(refusals) if each is not None}
        assert said == expected
        found = judge(policy, facts)
        verdict = None if found is None else (found.reason, found.rule)
        assert verdict == model_judge(documents, facts, SITE, SITE)


@pytest.mark.feature(36)
@pytest.mark.feature(38)
@pytest.mark.feature(39)
@pytest.mark.feature(52)
@settings(max_examples=120, deadline=None)
@given(DOCUMENTS, MANY)
def test_a_policy_decides_as_the_model(
    documents: list[PolicyDocument], calls: list[CallFacts]
) -> None:
    compare(documents, [*calls, calls[0]])


@pytest.mark.slow
@settings(max_examples=5000, deadline=None)
@given(DOCUMENTS, MANY)
def test_a_policy_decides_as_the_model_thousands_of_times(
    documents: list[PolicyDocument], calls: list[CallFacts]
) -> None:
    compare(documents, [*calls, calls[0]])


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, CALLS)
def test_the_first_refusal_of_a_trace_is_the_verdict(
    documents: list[PolicyDocument], facts: CallFacts
) -> None:
    policy = compiled(documents)
    steps = trace(policy, facts)
    refused = [each for each in steps if each.outcome is StepOutcome.REFUSED]
    assert (refused[0].refusal if refused else None) == judge(policy, facts)
    assert [each.name for each in steps] == [each.name for each in policy.steps]
    assert all(each.said for each in steps)
    assert all((each.refusal is not None) == (each in refused) for each in steps)


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, CALLS)
def test_every_refusal_says_a_rule_a_document_a_text_and_a_change(
    documents: list[PolicyDocument], facts: CallFacts
) -> None:
    for step in trace(compiled(documents), facts):
        if step.refusal is not None:
            refusal = step.refusal
            assert all((refusal.rule, refusal.document, refusal.text, refusal.change))
            assert refusal.text == step.said
