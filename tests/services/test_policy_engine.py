"""What a policy says to who is refused, and what it looks at at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.access_details import AccessDetail
from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import CallerFacts, CallerWay, CallFacts
from authserver.domain.policy_documents import (
    AccessSection,
    DenyRule,
    LegacyWay,
    NetworkRule,
    OperationRule,
    Override,
    PolicyDocument,
    PolicyVersion,
    ProjectRule,
    TokenSection,
    UserEffect,
)
from authserver.services.policy_engine import judge
from authserver.services.site_policies import NO_POLICY, compile_policy, no_policy
from tests.services.policy_asking import (
    CALL,
    GETS,
    MAKES,
    PURGES,
    SEARCHES,
    USER,
    policy,
    said,
)
from tests.services.policy_strategies import (
    CALLS,
    DOCUMENTS,
    GROUPS,
    PRODUCT,
    RESOURCE,
    SITE,
    WHY,
)

if TYPE_CHECKING:
    from authserver.domain.operations import Operation

SECTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "a group": (
        {"access": AccessSection(WHY, groups=frozenset({"testers"}))},
        "ask to become a member of testers",
    ),
    "one of some groups": (
        {"access": AccessSection(WHY, groups=frozenset({"testers", "staff"}))},
        "ask to become a member of one of staff or testers",
    ),
    "no group": (
        {"access": AccessSection(WHY, groups=frozenset())},
        "ask for access.groups to be changed: it is empty",
    ),
    "networks": (
        {"networks": (NetworkRule("n", WHY, allow=("192.0.2.0/24", "2001:db8::/32")),)},
        "call from 192.0.2.0/24 or 2001:db8::/32",
    ),
    "a denied network": (
        {"networks": (NetworkRule("n", WHY, deny=("10.0.0.0/8",)),)},
        "call from outside 10.0.0.0/8",
    ),
    "many networks": (
        {"networks": (NetworkRule("n", WHY, allow=tuple(f"192.0.{n}.0/24" for n in range(9))),)},
        "call from 192.0.0.0/24, 192.0.1.0/24, 192.0.2.0/24, 192.0.3.0/24, 192.0.4.0/24 or 4 more",
    ),
    "operations": (
        {"operations": (OperationRule("o", WHY, allow=("search",)),)},
        "call search, or ask for GET /rest/a/1/things to be allowed by operation.o",
    ),
    "a denied operation": (
        {"operations": (OperationRule("o", WHY, deny=("tag:Things",)),)},
        "call other operations than tag:Things",
    ),
    "a deny rule of networks": (
        {"deny": (DenyRule("d", WHY, networks=("10.0.0.0/8",), operations=("read",)),)},
        "call from outside 10.0.0.0/8",
    ),
    "a deny rule of groups": (
        {"deny": (DenyRule("d", WHY, groups=frozenset({"developers"})),)},
        "ask to leave the group developers",
    ),
    "a deny rule of tokens": (
        {"deny": (DenyRule("d", WHY, tokens=frozenset({"t1"})),)},
        "use another token",
    ),
    "a deny rule of everything": (
        {"deny": (DenyRule("d", WHY),)},
        "ask for deny.d to be changed",
    ),
    "an override": (
        {"access": AccessSection(WHY, overrides=(Override("Ada", UserEffect.DENY, 60.0, WHY),))},
        "wait until the override ends at 1970-01-01 00:01:00 UTC, or ask for it to be taken back",
    ),
    "holders": (
        {"tokens": TokenSection(WHY, holders=frozenset({"staff"}))},
        "ask to become a member of staff",
    ),
}


@pytest.mark.trap(5)
@pytest.mark.parametrize("name", SECTIONS)
def test_who_is_refused_is_told_the_smallest_change(name: str) -> None:
    sections, change = SECTIONS[name]
    assert said(policy(**sections)) == change


@pytest.mark.feature(37)
@pytest.mark.trap(2)
def test_who_only_reads_is_told_so() -> None:
    reading = policy(access=AccessSection(WHY, read_only_groups=frozenset({"developers"})))
    assert judge(reading, CALL) is None
    assert judge(reading, replace(CALL, method="POST", operations=(SEARCHES,))) is None
    for operations in ((MAKES,), (PURGES,), (), (GETS, MAKES)):
        assert said(reading, replace(CALL, operations=operations)) == (
            "call operations that only read, or ask to leave developers"
        )


def test_limits_of_a_credential_name_what_it_may() -> None:
    limited = replace(CALL, caller=replace(USER, details=(AccessDetail(SITE, ("search",)),)))
    assert said(policy(), limited) == "call search, or use a token without the operation limit"
    inside = replace(CALL, caller=replace(USER, networks=("192.0.2.7",)))
    assert said(policy(), inside) == "call from 192.0.2.7"
    project = (AccessDetail(SITE, None, ("AB",)),)
    reaching = replace(CALL, projects=(frozenset({"cd", "20"}),))
    outside = replace(reaching, caller=replace(USER, details=project))
    assert said(policy(), outside) == "call for AB, or use a token without the project limit"


@pytest.mark.feature(40)
@pytest.mark.feature(41)
def test_one_detail_has_to_allow_operation_and_project_together() -> None:
    details = (AccessDetail(SITE, ("getThings",), ("AB",)), AccessDetail(SITE, ("write",), ("CD",)))
    caller = replace(USER, details=details)
    here, there = (frozenset({"ab", "10"}),), (frozenset({"cd", "20"}),)

    def passes(operation: Operation, projects: tuple[frozenset[str], ...]) -> bool:
        facts = replace(CALL, caller=caller, operations=(operation,), projects=projects)
        return judge(policy(), facts) is None

    assert passes(GETS, here)
    assert passes(MAKES, there)
    assert not passes(GETS, there)
    assert not passes(MAKES, here)
    assert not passes(GETS, (*here, *there))
    assert passes(GETS, ())


def test_keys_of_projects_are_the_same_in_any_case() -> None:
    rule = policy(projects=(ProjectRule("p", WHY, deny=("Ab",)),))
    for name in ("ab", "AB", "aB"):
        facts = replace(CALL, projects=(frozenset({name, "10"}),))
        assert said(rule, facts) == "call for other projects than Ab"


def test_what_is_harmless_passes_only_while_its_projects_are_not_certain() -> None:
    limited = policy(projects=(ProjectRule("p", WHY, allow=("AB",)),), harmless=("getThings",))
    assert limited.needs_projects(CALL)
    assert limited.uncertain(CALL, "why", "change") is None
    refused = limited.uncertain(replace(CALL, operations=(SEARCHES,)), "why", "change")
    assert refused is not None
    assert (refused.reason, refused.rule) == (DenyReason.PROJECT_UNCERTAIN, "project.p")
    assert judge(limited, replace(CALL, projects=(frozenset({"cd"}),))) is not None
    assert not policy().needs_projects(CALL)


def test_who_may_reach_no_project_is_refused_whatever_the_site_would_say() -> None:
    nothing = (AccessDetail(SITE, None, ()), AccessDetail(SITE, ("search",), ("AB",)))
    credential = replace(CALL, caller=replace(USER, details=nothing))
    rules = (ProjectRule("p", WHY, allow=("AB",)), ProjectRule("q", WHY, allow=()))
    for limited, facts, rule, change in (
        (policy(projects=rules), CALL, "project.q", "ask for project.q to be changed: it is empty"),
        (policy(), credential, "token.projects", "use a token without the project limit"),
    ):
        refused = judge(limited, facts)
        assert refused is not None
        assert (refused.reason, refused.rule) == (DenyReason.PROJECT_NOT_ALLOWED, rule)
        assert refused.change == change
    # What may reach something has to wait for what the site says.
    assert judge(policy(), replace(credential, operations=(SEARCHES,))) is None
    assert judge(policy(projects=rules[:1]), CALL) is None
    harmless = policy(projects=rules, harmless=("getThings",))
    assert judge(harmless, replace(CALL, caller=credential.caller)) is None


def test_limits_on_projects_say_what_is_allowed_and_denied() -> None:
    rules = (ProjectRule("p", WHY, allow=("AB", "CD")), ProjectRule("q", WHY, deny=("CD",)))
    details = (AccessDetail(SITE, None, ("AB",)), AccessDetail(SITE, ("search",), ("EF",)))
    limits = policy(projects=rules).limits_projects(
        replace(CALL, caller=replace(USER, details=details))
    )
    assert limits is not None
    assert limits.allowed == (frozenset({"ab", "cd"}), frozenset({"ab"}))
    assert limits.denied == {"cd"}
    assert (limits.rule, limits.document) == ("project.p", "jira@draft")
    free = (*details, AccessDetail(SITE))
    assert policy().limits_projects(replace(CALL, caller=replace(USER, details=free))) is None


@pytest.mark.feature(47)
@pytest.mark.feature(48)
def test_without_documents_only_sessions_of_the_sites_own_pages_pass() -> None:
    for way in LegacyWay:
        facts = replace(CALL, caller=CallerFacts(CallerWay(way)), from_page=True)
        passes = judge(no_policy(RESOURCE), facts) is None
        assert passes is (way is LegacyWay.SESSION)
    session = replace(CALL, caller=CallerFacts(CallerWay.SESSION))
    assert said(NO_POLICY, session).startswith("call from a page of the site")
    assert NO_POLICY.label == ""
    assert not NO_POLICY.asks_groups


def test_a_limit_of_a_credential_counts_without_any_document() -> None:
    limited = replace(CALL, caller=replace(USER, details=(AccessDetail(SITE, ("getThings",)),)))
    assert judge(no_policy(RESOURCE), limited) is None
    assert judge(no_policy(RESOURCE), replace(limited, operations=(MAKES,))) is not None
    assert judge(NO_POLICY, limited) is not None


def test_documents_are_named_with_their_versions() -> None:
    versions = [PolicyVersion(name, 3, "", 0.0, "", "") for name in ("default", "jira")]
    denying = PolicyDocument(deny=(DenyRule("d", WHY),))
    asked = compile_policy([(each, denying) for each in versions], PRODUCT, RESOURCE)
    assert asked.label == "default@3 jira@3"
    refusal = judge(asked, CALL)
    assert refusal is not None
    assert refusal.document == "default@3"


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, CALLS, GROUPS, st.sampled_from(["", "ada", "zoe"]))
def test_a_policy_that_asks_for_nobody_does_not_look_at_people(
    documents: list[PolicyDocument], facts: CallFacts, groups: frozenset[str], username: str
) -> None:
    asked = compile_policy([(None, each) for each in documents], PRODUCT, RESOURCE)
    if asked.asks_groups or facts.caller.way is CallerWay.BASIC:
        return
    other = replace(facts.caller, groups=groups, username=username, email_domain="b.example")
    assert judge(asked, replace(facts, caller=other)) == judge(asked, facts)


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, CALLS)
def test_what_is_left_out_of_the_hot_path_asks_nothing(
    documents: list[PolicyDocument], facts: CallFacts
) -> None:
    asked = compile_policy([(None, each) for each in documents], PRODUCT, RESOURCE)
    for step in asked.steps:
        if step not in asked.asked:
            assert step.judge(facts) is None
            assert step.passed(facts) == ""
