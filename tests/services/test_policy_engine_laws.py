"""What holds of every policy: limits only take away, denials only deny, empty means nothing."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.access_details import AccessDetail
from authserver.domain.operation_selectors import is_within
from authserver.domain.policy_calls import LEGACY_WAYS, CallerFacts, CallerWay, CallFacts
from authserver.domain.policy_documents import (
    AccessSection,
    BrowserSection,
    DenyRule,
    EmailSection,
    LegacyWay,
    NetworkRule,
    OperationRule,
    PolicyDocument,
    ProjectRule,
    TokenSection,
)
from authserver.services.policy_engine import judge
from authserver.services.site_policies import compile_policy
from tests.services.policy_strategies import (
    CALLS,
    DENY,
    DETAIL,
    DETAILS,
    DOCUMENTS,
    GROUPS,
    NETWORKS,
    OPERATIONS,
    PRODUCT,
    RESOURCE,
    SITE,
    WHY,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

NOBODY = frozenset[str]()
GROUP = frozenset({"developers"})


def passes(documents: Sequence[PolicyDocument], facts: CallFacts) -> bool:
    policy = compile_policy([(None, each) for each in documents], PRODUCT, RESOURCE)
    return judge(policy, facts) is None


@st.composite
def narrowed(draw: st.DrawFn, detail: AccessDetail) -> AccessDetail:
    """The same detail with something left out, or a limit where there was none."""

    def fewer(names: tuple[str, ...] | None, choice: list[str]) -> tuple[str, ...] | None:
        some = st.lists(st.sampled_from(choice if names is None else names), unique=True)
        return draw(some.map(tuple)) if (names is None or names) else ()

    keep_operations, keep_projects = draw(st.booleans()), draw(st.booleans())
    return AccessDetail(
        detail.location,
        detail.operations if keep_operations else fewer(detail.operations, ["read", "search"]),
        detail.projects if keep_projects else fewer(detail.projects, ["ab", "20"]),
    )


@pytest.mark.feature(41)
@settings(max_examples=100, deadline=None)
@given(st.data(), DOCUMENTS, CALLS)
@pytest.mark.feature(50)
def test_a_narrower_credential_may_do_no_more(
    data: st.DataObject, documents: list[PolicyDocument], facts: CallFacts
) -> None:
    wide = data.draw(st.none() | DETAILS)
    if wide is None:
        narrow = data.draw(DETAILS)
    else:
        kept = data.draw(st.lists(st.sampled_from(wide), max_size=3)) if wide else []
        narrow = tuple(data.draw(narrowed(each)) for each in kept)
    networks = data.draw(st.none() | NETWORKS)
    fewer = data.draw(NETWORKS) if networks is None else networks[1:]
    caller = facts.caller
    limited = replace(facts, caller=replace(caller, details=narrow, networks=fewer))
    free = replace(facts, caller=replace(caller, details=wide, networks=networks))
    assert passes(documents, free) or not passes(documents, limited)


@settings(max_examples=200, deadline=None)
@given(DETAIL, DETAIL, st.lists(st.sampled_from(OPERATIONS), max_size=2).map(tuple))
def test_operations_within_others_are_allowed_wherever_those_are(
    narrow: AccessDetail, wide: AccessDetail, operations: tuple[Any, ...]
) -> None:
    if not is_within(narrow.operations, wide.operations, PRODUCT):
        return
    for_narrow, for_wide = (
        call_with(details=(AccessDetail(SITE, each.operations),), operations=operations)
        for each in (narrow, wide)
    )
    assert passes([], for_wide) or not passes([], for_narrow)


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, DENY, st.sampled_from([0, -1]), CALLS)
def test_one_more_deny_rule_allows_nothing_more(
    documents: list[PolicyDocument], rule: DenyRule, place: int, facts: CallFacts
) -> None:
    documents = documents or [PolicyDocument()]
    changed = list(documents)
    known = changed[place].deny
    changed[place] = replace(changed[place], deny=(rule, *known) if place else (*known, rule))
    assert passes(documents, facts) or not passes(changed, facts)


def _fewer_members(document: PolicyDocument, gone: str) -> PolicyDocument:
    """Without a group, wherever groups give something."""
    access, tokens = document.access, document.tokens
    if access is not None and access.groups is not None:
        access = replace(access, groups=access.groups - {gone})
    if tokens is not None and tokens.holders is not None:
        tokens = replace(tokens, holders=tokens.holders - {gone})
    return replace(document, access=access, tokens=tokens)


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, CALLS, st.sampled_from(["developers", "auditors", "contractors"]))
def test_a_group_taken_out_of_a_list_allows_nothing_more(
    documents: list[PolicyDocument], facts: CallFacts, gone: str
) -> None:
    changed = [_fewer_members(each, gone) for each in documents]
    assert passes(documents, facts) or not passes(changed, facts)


@pytest.mark.feature(35)
@settings(max_examples=100, deadline=None)
@given(GROUPS, GROUPS, st.none() | GROUPS, CALLS)
def test_who_leaves_a_group_that_only_gives_may_do_no_more(
    members: frozenset[str], left: frozenset[str], holders: frozenset[str] | None, facts: CallFacts
) -> None:
    document = PolicyDocument(
        access=AccessSection(WHY, groups=members), tokens=TokenSection(WHY, holders=holders)
    )
    caller = facts.caller
    after = replace(facts, caller=replace(caller, groups=caller.groups - left))
    assert passes([document], facts) or not passes([document], after)


@settings(max_examples=100, deadline=None)
@given(st.data(), DOCUMENTS, CALLS)
def test_an_entry_taken_out_of_what_is_allowed_allows_nothing_more(
    data: st.DataObject, documents: list[PolicyDocument], facts: CallFacts
) -> None:
    section = data.draw(st.sampled_from(["networks", "operations", "projects"]))
    changed = []
    for document in documents:
        rules = getattr(document, section)
        shorter = rules and tuple(
            each if each.allow is None else replace(each, allow=each.allow[1:]) for each in rules
        )
        narrower: dict[str, Any] = {section: shorter}
        changed.append(replace(document, **narrower))
    assert passes(documents, facts) or not passes(changed, facts)


def call_with(
    *, way: CallerWay = CallerWay.ACCESS_TOKEN, operations: Any = OPERATIONS[:1], **caller: Any
) -> CallFacts:
    """A call that nothing is wrong with."""
    who = CallerFacts(way, "subject", "ci", username="ada", groups=GROUP, email_domain="a.example")
    return CallFacts(
        caller=replace(who, **caller),
        at=5.0,
        method="GET",
        path="/rest/a/1/things",
        operations=operations,
        address="10.1.2.3",
        origin="https://good.example",
        projects=(frozenset({"ab", "10"}),),
    )


@pytest.mark.trap(1)
@pytest.mark.parametrize(
    "section",
    [
        {"access": AccessSection(WHY, groups=NOBODY)},
        {"browsers": BrowserSection(WHY)},
        {"emails": EmailSection(WHY)},
        {"networks": (NetworkRule("n", WHY, allow=()),)},
        {"operations": (OperationRule("o", WHY, allow=()),)},
        {"projects": (ProjectRule("p", WHY, allow=()),)},
    ],
    ids=lambda section: next(iter(section)),
)
def test_an_empty_list_means_nobody_and_nothing(section: dict[str, Any]) -> None:
    assert passes([PolicyDocument()], call_with())
    assert not passes([PolicyDocument(**section)], call_with())


@pytest.mark.trap(1)
@pytest.mark.parametrize(
    "limits",
    [
        {"details": ()},
        {"details": (AccessDetail(SITE, operations=()),)},
        {"details": (AccessDetail(SITE, projects=()),)},
        {"details": (AccessDetail("https://wiki.example"),)},
        {"networks": ()},
    ],
    ids=str,
)
def test_an_empty_limit_of_a_credential_leaves_nothing(limits: dict[str, Any]) -> None:
    assert not passes([PolicyDocument()], call_with(**limits))


def test_an_empty_list_of_clients_lets_no_service_in() -> None:
    service = call_with(is_service=True, username="", groups=NOBODY)
    nobody = PolicyDocument(access=AccessSection(WHY, clients=NOBODY))
    assert passes([PolicyDocument(access=AccessSection(WHY, groups=NOBODY))], service)
    assert not passes([nobody], service)


def test_an_empty_list_of_holders_lets_no_api_token_count() -> None:
    nobody = PolicyDocument(tokens=TokenSection(WHY, holders=NOBODY))
    assert passes([nobody], call_with())
    assert not passes([nobody], call_with(way=CallerWay.API_TOKEN_BEARER, token_id="t1"))


def test_a_section_of_the_site_takes_the_place_of_the_default_one_whole() -> None:
    default = PolicyDocument(networks=(NetworkRule("n", WHY, allow=()),))
    assert passes([default, PolicyDocument(networks=())], call_with())
    assert not passes([default, PolicyDocument()], call_with())


def test_every_section_of_a_document_is_drawn() -> None:
    asked_elsewhere = {"harmless", "opened", "rates"}
    drawn = {"access", "tokens", "networks", "browsers", "emails", "legacy", "operations"}
    named = {each.name for each in fields(PolicyDocument)}
    assert named == drawn | {"projects", "deny"} | asked_elsewhere


def test_every_legacy_way_is_a_way_of_calling() -> None:
    assert {str(each) for each in LegacyWay} == {str(each) for each in LEGACY_WAYS}
