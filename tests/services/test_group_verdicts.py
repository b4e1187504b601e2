"""What groups give is taken from what can be read; what their absence proves, from all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.group_rules import (
    GroupEffect,
    GroupRule,
    GroupSnapshot,
    GroupVerdict,
    SnapshotState,
)
from authserver.domain.providers import ProviderKind
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.services.group_verdicts import (
    Derived,
    creation_problem,
    derived,
    sign_in_problem,
    verdict,
)
from tests.doubles import EPOCH
from tests.services.grouped import provider_of, rule, snapshot

COMPLETE, OVERAGE, TRUNCATED, UNKNOWN = SnapshotState
DENIED, UNUSABLE = SignInProblem.DENIED_BY_GROUP, SignInProblem.GROUPS_UNUSABLE
GIVING: Final = (
    rule("Devs", GroupEffect.LOCAL_GROUP, "team"),
    rule("Ops", GroupEffect.LOCAL_GROUP, "ops"),
    rule("Ops", GroupEffect.ADMINISTRATOR),
    rule("Devs", GroupEffect.SCOPES, "READ"),
    rule("Ops", GroupEffect.SCOPES, "READ WRITE"),
)
DENYING: Final = (rule("Banned", GroupEffect.DENY, label="People who left"),)
HAD: Final = Derived(frozenset({"team", "ops"}), is_administrator=True, ceiling=frozenset({"READ"}))
NOTHING: Final = Derived(frozenset(), is_administrator=False, ceiling=frozenset())
OF_DEVS: Final = Derived(frozenset({"team"}), is_administrator=False, ceiling=frozenset({"READ"}))
UNSETTLED: Final = {
    "truncated": snapshot(state=TRUNCATED),
    "truncated, and an outage": snapshot(state=TRUNCATED, is_outage=True),
    "outage": snapshot(state=UNKNOWN, is_outage=True),
}
LEFT_OUT: Final = {"overage": snapshot(state=OVERAGE), "unknown": snapshot(state=UNKNOWN)}


def judged(rules: tuple[GroupRule, ...], *values: str) -> GroupVerdict:
    return verdict(rules, snapshot(*values), EPOCH)


def test_a_complete_list_gives_exactly_what_the_rules_say() -> None:
    assert judged(GIVING, "Ops", "Strangers") == GroupVerdict(
        frozenset({"ops"}),
        is_administrator=True,
        ceiling=frozenset({"READ", "WRITE"}),
        denied="",
        is_settled=True,
    )
    assert derived(GIVING, judged(GIVING, "Devs"), HAD) == OF_DEVS


@pytest.mark.rule("FE-09")
def test_what_a_complete_list_does_not_hold_is_taken_away() -> None:
    assert derived(GIVING, judged(GIVING), HAD) == NOTHING


@pytest.mark.rule("FE-09")
@pytest.mark.parametrize("case", LEFT_OUT)
def test_where_groups_were_left_out_nobody_has_rights_by_them(case: str) -> None:
    found = verdict(GIVING, replace(LEFT_OUT[case], values=("Ops",)), EPOCH)
    assert found.is_settled
    assert derived(GIVING, found, HAD) == NOTHING


@pytest.mark.parametrize("case", UNSETTLED)
def test_where_the_list_may_go_on_nothing_is_taken_and_what_is_there_counts(case: str) -> None:
    found = verdict(GIVING, replace(UNSETTLED[case], values=("Ops",)), EPOCH)
    assert not found.is_settled
    assert derived(GIVING, found, OF_DEVS) == Derived(
        frozenset({"team", "ops"}), is_administrator=True, ceiling=frozenset({"READ", "WRITE"})
    )
    nobody = verdict(GIVING, UNSETTLED[case], EPOCH)
    assert derived(GIVING, nobody, HAD) == HAD
    assert derived(GIVING, nobody, NOTHING) == NOTHING


@pytest.mark.parametrize("case", UNSETTLED)
def test_an_outage_keeps_nothing_whose_rule_is_gone(case: str) -> None:
    left = (rule("Devs", GroupEffect.LOCAL_GROUP, "team"), rule("Devs", GroupEffect.SCOPES, "X"))
    found = verdict(left, UNSETTLED[case], EPOCH)
    assert derived(left, found, HAD) == Derived(
        frozenset({"team"}), is_administrator=False, ceiling=frozenset()
    )


@pytest.mark.parametrize("case", UNSETTLED)
def test_a_ceiling_that_is_new_begins_without_what_nobody_gave(case: str) -> None:
    found = verdict(GIVING, replace(UNSETTLED[case], values=("Devs",)), EPOCH)
    assert derived(GIVING, found, Derived()).ceiling == frozenset({"READ"})


def test_without_a_rule_about_scopes_there_is_no_ceiling() -> None:
    rules = (rule("Ops", GroupEffect.ADMINISTRATOR),)
    for state in SnapshotState:
        assert verdict(rules, snapshot(state=state), EPOCH).ceiling is None
    assert derived(rules, judged(rules), HAD).ceiling is None


def test_groups_are_compared_exactly() -> None:
    for near in ("ops", "OPS", "Ops ", " Ops", "Op", "Opss", "Ops\u200b", "\u041eps"):
        assert derived(GIVING, judged(GIVING, near), Derived()) == NOTHING


@pytest.mark.parametrize(
    ("known", "problem"),
    [
        (snapshot(), None),
        (snapshot("Ops"), None),
        (snapshot("Banned"), DENIED),
        (snapshot(state=OVERAGE), UNUSABLE),
        (snapshot("Ops", state=TRUNCATED), UNUSABLE),
        (snapshot("Banned", state=TRUNCATED), DENIED),
        (snapshot(state=UNKNOWN), UNUSABLE),
        (snapshot(state=UNKNOWN, is_outage=True), UNUSABLE),
    ],
)
def test_a_rule_that_denies_needs_a_complete_list(
    known: GroupSnapshot, problem: SignInProblem | None
) -> None:
    found = verdict((*GIVING, *DENYING), known, EPOCH)
    assert bool(found.denied) is (problem is not None)
    assert sign_in_problem((*GIVING, *DENYING), known) is problem
    # Without such a rule groups keep nobody out, whatever is known of them.
    assert verdict(GIVING, known, EPOCH).denied == ""
    assert sign_in_problem(GIVING, known) is None


def test_the_reason_of_a_denial_names_the_group_as_people_do() -> None:
    assert judged(DENYING, "Banned").denied == "member of People who left"
    known = GroupSnapshot((), UNKNOWN, "id token", EPOCH, "there is no claim groups")
    assert verdict(DENYING, known, EPOCH).denied == ("groups are unknown: there is no claim groups")


@pytest.mark.parametrize(
    ("state", "values", "problem"),
    [
        (COMPLETE, ("Staff",), None),
        (COMPLETE, ("staff",), SignInProblem.NO_ACCOUNT),
        (COMPLETE, (), SignInProblem.NO_ACCOUNT),
        (TRUNCATED, ("Staff",), UNUSABLE),
        (OVERAGE, (), UNUSABLE),
        (UNKNOWN, (), UNUSABLE),
    ],
)
def test_who_becomes_a_user_by_a_group_needs_a_complete_list(
    state: SnapshotState, values: tuple[str, ...], problem: SignInProblem | None
) -> None:
    known = snapshot(*values, state=state)
    limited = provider_of(ProviderKind.OIDC, creation_groups=frozenset({"Staff", "Guests"}))
    assert creation_problem(limited, known) is problem
    assert creation_problem(provider_of(ProviderKind.OIDC), known) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HAD, OF_DEVS),
        (Derived(frozenset({"a"})), Derived(frozenset({"b"}))),
        (Derived(is_administrator=True), Derived()),
        (Derived(ceiling=None), Derived(ceiling=frozenset({"READ"}))),
        (Derived(ceiling=frozenset({"A", "B"})), Derived(ceiling=frozenset({"A", "C"}))),
    ],
)
def test_less_of_anything_is_less(before: Derived, after: Derived) -> None:
    assert after.takes_from(before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HAD, HAD),
        (OF_DEVS, HAD),
        (Derived(), Derived(is_administrator=True)),
        (Derived(ceiling=frozenset({"READ"})), Derived(ceiling=None)),
        (Derived(ceiling=frozenset()), Derived(ceiling=frozenset({"READ"}))),
    ],
)
def test_the_same_or_more_is_not_less(before: Derived, after: Derived) -> None:
    assert not after.takes_from(before)


EXTERNALS: Final = ("a", "b", "c")


def _value(effect: GroupEffect, *, is_first: bool) -> str:
    if effect is GroupEffect.ROLE:
        return "help-desk" if is_first else "auditor"
    return "READ" if is_first else "WRITE"


RULES: Final = st.lists(
    st.tuples(st.sampled_from(EXTERNALS), st.sampled_from(GroupEffect), st.booleans()).map(
        lambda drawn: rule(drawn[0], drawn[1], _value(drawn[1], is_first=drawn[2]))
    ),
    max_size=6,
).map(tuple)
SNAPSHOTS: Final = st.builds(
    lambda values, state, is_outage: snapshot(*values, state=state, is_outage=is_outage),
    st.sets(st.sampled_from(EXTERNALS)).map(sorted),
    st.sampled_from(SnapshotState),
    st.booleans(),
)


@given(RULES, SNAPSHOTS, SNAPSHOTS)
def test_nobody_gains_by_what_a_provider_leaves_out(
    rules: tuple[GroupRule, ...], first: GroupSnapshot, second: GroupSnapshot
) -> None:
    """Nothing is there that the rules do not give for groups that were told, then or now."""
    before = derived(rules, verdict(rules, first, EPOCH), Derived())
    after = derived(rules, verdict(rules, second, EPOCH), before)
    told = {*first.values, *second.values}
    best = judged(rules, *sorted(told))
    assert after.local_groups <= best.local_groups
    assert best.is_administrator or not after.is_administrator
    assert after.roles <= best.roles
    assert (after.ceiling is None) is (best.ceiling is None)
    assert (after.ceiling or set()) <= (best.ceiling or set())
    denies = any(each.effect is GroupEffect.DENY for each in rules)
    found = verdict(rules, second, EPOCH)
    if denies and second.state is not COMPLETE:
        assert found.denied
    assert bool(found.denied) is (sign_in_problem(rules, second) is not None)
    if not found.is_settled:
        assert before.local_groups <= after.local_groups
        assert after.is_administrator or not before.is_administrator
        assert before.roles <= after.roles
        assert not after.takes_from(before)
