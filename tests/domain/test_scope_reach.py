"""Which scopes lie within which: equality for the Cloud, the chain for Data Center."""

from __future__ import annotations

import pytest

from authserver.domain.scope_reach import beyond, common

CHAIN = ("READ", "WRITE", "ADMIN", "SYSTEM_ADMIN")


@pytest.mark.parametrize("allowed", CHAIN)
@pytest.mark.parametrize("requested", CHAIN)
def test_each_scope_of_the_chain_reaches_itself_and_those_below(
    requested: str, allowed: str
) -> None:
    within = CHAIN.index(requested) <= CHAIN.index(allowed)
    refused = beyond(frozenset({requested}), frozenset({allowed}))
    assert refused == (frozenset() if within else {requested})


@pytest.mark.parametrize(
    ("requested", "allowed"),
    [
        ("read:jira-work", "write:jira-work"),
        ("read:jira-work", "manage:jira-configuration"),
        ("read:jira-work", "SYSTEM_ADMIN"),
        ("READ", "read:jira-work"),
        ("read", "READ"),
    ],
)
def test_no_other_scope_implies_another(requested: str, allowed: str) -> None:
    assert beyond(frozenset({requested}), frozenset({allowed})) == {requested}


def test_exactly_those_that_are_beyond_are_named() -> None:
    requested = frozenset({"READ", "ADMIN", "read:jira-work", "openid"})
    allowed = frozenset({"WRITE", "read:jira-work"})
    assert beyond(requested, allowed) == {"ADMIN", "openid"}


def test_nothing_is_within_everything_and_only_nothing_is_within_nothing() -> None:
    assert not beyond(frozenset(), frozenset())
    assert not beyond(frozenset(), frozenset({"READ"}))
    assert beyond(frozenset({"READ"}), frozenset()) == {"READ"}


@pytest.mark.parametrize(
    ("some", "others", "both"),
    [
        ("WRITE", "READ", "READ"),
        ("READ", "WRITE", "READ"),
        ("WRITE", "READ WRITE", "WRITE"),
        ("READ WRITE", "WRITE", "READ WRITE"),
        ("SYSTEM_ADMIN read:jira-work", "ADMIN write:jira-work", "ADMIN"),
        ("read:jira-work", "READ", ""),
        ("READ", "", ""),
    ],
)
def test_what_two_sets_reach_is_what_lies_within_both(some: str, others: str, both: str) -> None:
    found = common(frozenset(some.split()), frozenset(others.split()))
    assert found == frozenset(both.split())
