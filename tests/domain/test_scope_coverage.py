from __future__ import annotations

import pytest

from authserver.domain.operations import Effect, Operation, Unmatched
from authserver.domain.scope_coverage import (
    DATA_CENTER_CHAIN,
    Covered,
    Missing,
    NeverCovered,
    Uncoverable,
    Verdict,
    covers,
    has_list,
)
from authserver.domain.scopes import ScopeKind

NONE: frozenset[str] = frozenset()


def operation(
    classic: str = "", granular: str = "", data_center: str = "", *, removed: bool = False
) -> Operation:
    return Operation(
        api="api",
        method="GET",
        template="/a",
        operation_id="a",
        effect=Effect.READ,
        classic=frozenset(classic.split()),
        granular=frozenset(granular.split()),
        data_center=data_center,
        removed=removed,
    )


def verdict(granted: str, *operations: Operation) -> Verdict:
    return covers(frozenset(granted.split()), operations)


def missing(granted: str, *operations: Operation) -> tuple[str, ...]:
    found = verdict(granted, *operations)
    assert isinstance(found, Missing)
    return found.scopes


def kind_of_missing(granted: str, wanted: Operation) -> ScopeKind:
    found = verdict(granted, wanted)
    assert isinstance(found, Missing)
    (short,) = found.shortfalls
    assert short.operation is wanted
    return short.kind


def test_one_full_list_covers() -> None:
    both = operation("c1 c2", "g1 g2")
    assert verdict("c1 c2", both) == Covered()
    assert verdict("g1 g2 other", both) == Covered()


def test_lists_are_never_mixed() -> None:
    both = operation("c1 c2", "g1 g2")
    assert missing("c1 g1", both) == ("c2",)
    assert kind_of_missing("c1 g1", both) is ScopeKind.CLASSIC


def test_an_empty_list_covers_nothing() -> None:
    assert missing("", operation("c1")) == ("c1",)
    assert missing("", operation("", "g1")) == ("g1",)


def test_a_cloud_scope_implies_no_other() -> None:
    assert missing("write:jira-work manage:jira-configuration", operation("read:jira-work")) == (
        "read:jira-work",
    )


def test_the_list_with_the_fewest_missing_is_named() -> None:
    assert missing("g1 g2", operation("c1 c2", "g1 g2 g3")) == ("g3",)
    assert missing("", operation("c1 c2 c3", "g2 g1")) == ("g1", "g2")


def test_among_equals_classic_comes_before_granular_before_data_center() -> None:
    assert kind_of_missing("x", operation("c1", "g1", "READ")) is ScopeKind.CLASSIC
    assert kind_of_missing("x", operation("", "g1", "READ")) is ScopeKind.GRANULAR
    assert kind_of_missing("x", operation("c1 c2", "g1 g2", "READ")) is ScopeKind.DATA_CENTER


def test_who_holds_data_center_scopes_or_none_is_told_of_data_center_scopes() -> None:
    assert kind_of_missing("READ", operation("c1", "g1", "WRITE")) is ScopeKind.DATA_CENTER
    assert kind_of_missing("", operation("c1", "g1", "WRITE")) is ScopeKind.DATA_CENTER
    assert kind_of_missing("READ c1", operation("c1 c2 c3", "g1", "WRITE")) is ScopeKind.DATA_CENTER
    assert kind_of_missing("READ", operation("c1", "g1")) is ScopeKind.CLASSIC


@pytest.mark.parametrize("needed", DATA_CENTER_CHAIN)
@pytest.mark.parametrize("held", DATA_CENTER_CHAIN)
def test_a_data_center_scope_implies_those_below_it_only(held: str, needed: str) -> None:
    enough = DATA_CENTER_CHAIN.index(held) >= DATA_CENTER_CHAIN.index(needed)
    found = verdict(held, operation(data_center=needed))
    assert isinstance(found, Covered) is enough
    assert enough or missing(held, operation(data_center=needed)) == (needed,)


def test_every_matched_operation_has_to_be_covered() -> None:
    first, second = operation("c1"), operation("c2", "g1 g2")
    assert verdict("c1 c2", first, second) == Covered()
    assert missing("c1 g1", first, second) == ("c2",)
    assert missing("", first, second) == ("c1", "c2")


def test_missing_scopes_are_named_once_and_sorted() -> None:
    found = verdict("", operation("b a"), operation("a c"))
    assert isinstance(found, Missing)
    assert found.scope == "a b c"
    assert [short.scopes for short in found.shortfalls] == [("a", "b"), ("a", "c")]


def test_an_operation_without_a_list_is_never_covered() -> None:
    assert verdict("READ c1", operation()) == NeverCovered(Uncoverable.NO_SCOPE_LIST)
    assert verdict("", operation("c1"), operation()) == NeverCovered(Uncoverable.NO_SCOPE_LIST)
    assert not has_list(operation())
    assert has_list(operation(data_center="READ"))


def test_a_removed_operation_is_never_covered() -> None:
    removed = operation("c1", removed=True)
    assert verdict("c1", removed) == NeverCovered(Uncoverable.REMOVED)
    assert verdict("c1", operation("c1"), removed) == NeverCovered(Uncoverable.REMOVED)


@pytest.mark.parametrize("reason", Unmatched)
def test_what_is_no_operation_is_never_covered_and_the_reason_is_kept(reason: Unmatched) -> None:
    found = covers(frozenset({"SYSTEM_ADMIN"}), reason)
    assert found == NeverCovered(Uncoverable(reason.value))


def test_no_scope_at_all_covers_nothing() -> None:
    for each in (operation("c1"), operation("", "g1"), operation(data_center="READ")):
        assert isinstance(covers(NONE, (each,)), Missing)
