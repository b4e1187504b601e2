"""What providers say of groups is read without trust: bounded, hashable, and with its state."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.group_rules import GROUP_CHARACTERS_MAX, GROUPS_MAX, SnapshotState
from authserver.domain.providers import GroupSource, GroupsRule, Provider, ProviderKind
from authserver.services.group_claims import (
    ClaimedGroups,
    claimed_snapshot,
    groups_in,
    groups_of_token,
    readable_groups,
)
from tests.doubles import EPOCH
from tests.services.grouped import provider_of, token

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalToken

KINDS: Final = tuple(ProviderKind)
COMPLETE, OVERAGE, TRUNCATED, UNKNOWN = SnapshotState
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
STRANGE: Final[tuple[Any, ...]] = (
    {"id": "admins"},
    ["admins"],
    [["admins"]],
    7,
    1.5,
    True,
    None,
    "",
    "line\nend",
    "nul\0",
    "\ud800",
    "turned \u202e round",
    "x" * (GROUP_CHARACTERS_MAX + 1),
)


def read(provider: Provider, claims: dict[str, Any]) -> tuple[tuple[str, ...], SnapshotState]:
    snapshot = claimed_snapshot(provider, groups_in(provider, claims), "id token", EPOCH)
    assert (snapshot.fetched_at, snapshot.source) == (EPOCH, "id token")
    assert not snapshot.is_outage
    assert (snapshot.detail == "") is (snapshot.state is COMPLETE)
    return snapshot.values, snapshot.state


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_texts_is_complete_in_its_order(kind: ProviderKind) -> None:
    provider = provider_of(kind)
    claims = {provider.groups.claim: ["b", "a", "Ä team"]}
    assert read(provider, claims) == (("b", "a", "Ä team"), COMPLETE)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_list_is_complete(kind: ProviderKind) -> None:
    provider = provider_of(kind)
    assert read(provider, {provider.groups.claim: []}) == ((), COMPLETE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_group_that_is_told_twice_counts_once(kind: ProviderKind) -> None:
    provider = provider_of(kind)
    assert read(provider, {provider.groups.claim: ["a", "b", "a"]}) == (("a", "b"), COMPLETE)


@pytest.mark.rule("FE-09")
@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_claim_is_unknown_but_where_it_means_no_group(kind: ProviderKind) -> None:
    expected = COMPLETE if kind is ProviderKind.COGNITO else UNKNOWN
    assert read(provider_of(kind), {"sub": "x", "Groups": ["a"]}) == ((), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_claim_that_is_null_is_unknown_everywhere(kind: ProviderKind) -> None:
    provider = provider_of(kind)
    assert read(provider, {provider.groups.claim: None}) == ((), UNKNOWN)


def test_an_attribute_of_cognito_that_is_missing_proves_nothing() -> None:
    provider = provider_of(ProviderKind.COGNITO, groups=GroupsRule(claim="custom:teams"))
    assert read(provider, {"cognito:groups": ["a"]}) == ((), UNKNOWN)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("strange", STRANGE, ids=repr)
def test_a_value_that_can_be_no_group_is_left_out_and_said(
    kind: ProviderKind, strange: object
) -> None:
    provider = provider_of(kind)
    claims = {provider.groups.claim: ["a", strange, "b"]}
    assert read(provider, claims) == (("a", "b"), TRUNCATED)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("strange", [{"admins": True}, 7, True, 0, False, {}], ids=repr)
def test_a_claim_that_is_no_list_gives_nothing_and_proves_nothing(
    kind: ProviderKind, strange: object
) -> None:
    provider = provider_of(kind)
    assert read(provider, {provider.groups.claim: strange}) == ((), TRUNCATED)


@pytest.mark.parametrize("kind", KINDS)
def test_one_text_is_a_list_of_one_at_plain_providers_alone(kind: ProviderKind) -> None:
    provider = provider_of(kind)
    expected = COMPLETE if kind is ProviderKind.OIDC else TRUNCATED
    assert read(provider, {provider.groups.claim: "a, b"}) == (("a, b",), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_group_of_the_greatest_length_counts(kind: ProviderKind) -> None:
    provider = provider_of(kind)
    longest = "x" * GROUP_CHARACTERS_MAX
    assert read(provider, {provider.groups.claim: [longest]}) == ((longest,), COMPLETE)


@pytest.mark.rule("FE-09")
@pytest.mark.parametrize(
    "claims",
    [
        {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://x"}}},
        {"_claim_names": {"groups": "src1"}},
        {"_claim_names": {"groups": ["src1"]}, "groups": ["a"]},
        {"_claim_names": ["groups"]},
        {"_claim_names": "groups"},
        {"hasgroups": True},
        {"hasgroups": "true"},
        {"hasgroups": 1},
        {"hasgroups": None},
        {"hasgroups": True, "groups": ["a"]},
    ],
    ids=repr,
)
def test_groups_that_entra_left_out_are_an_overage(claims: dict[str, Any]) -> None:
    assert read(provider_of(ProviderKind.ENTRA), claims) == ((), OVERAGE)


def test_other_claims_that_stand_elsewhere_do_not_matter() -> None:
    claims = {"_claim_names": {"photo": "src1"}, "hasgroups": False, "groups": ["a"]}
    assert read(provider_of(ProviderKind.ENTRA), claims) == (("a",), COMPLETE)


def test_groups_in_the_roles_of_entra_overflow_all_the_same() -> None:
    provider = provider_of(ProviderKind.ENTRA, groups=GroupsRule(claim="roles"))
    assert read(provider, {"roles": ["a"]}) == (("a",), COMPLETE)
    assert read(provider, {"_claim_names": {"groups": "s"}, "roles": ["a"]}) == ((), OVERAGE)


def test_a_distributed_claim_is_left_out_at_every_provider() -> None:
    provider = provider_of(ProviderKind.OIDC, groups=GroupsRule(claim="/realm/roles"))
    assert read(provider, {"_claim_names": {"realm": "src1"}}) == ((), OVERAGE)
    assert read(provider, {"hasgroups": True}) == ((), UNKNOWN)


@pytest.mark.parametrize(
    ("count", "state"), [(99, COMPLETE), (100, TRUNCATED), (101, COMPLETE), (200, COMPLETE)]
)
def test_as_many_groups_as_okta_gives_at_most_may_not_be_all(
    count: int, state: SnapshotState
) -> None:
    values = tuple(f"group {number}" for number in range(count))
    assert read(provider_of(ProviderKind.OKTA), {"Teams": list(values)}) == (values, state)


def test_repetitions_do_not_hide_that_a_list_may_be_cut_off() -> None:
    claims = {"Teams": ["same"] * 100}
    assert read(provider_of(ProviderKind.OKTA), claims) == (("same",), TRUNCATED)


def test_a_pointer_reaches_into_a_claim() -> None:
    provider = provider_of(ProviderKind.OIDC, groups=GroupsRule(claim="/realm_access/roles"))
    assert read(provider, {"realm_access": {"roles": ["a"]}}) == (("a",), COMPLETE)
    assert read(provider, {"realm_access": "roles"}) == ((), UNKNOWN)


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_whose_groups_are_not_read_gives_none(kind: ProviderKind) -> None:
    claim = provider_of(kind).groups.claim
    provider = provider_of(kind, groups=GroupsRule(source=GroupSource.NONE, claim=claim))
    assert read(provider, {claim: ["a"], "hasgroups": True}) == ((), UNKNOWN)
    nameless = provider_of(kind, groups=GroupsRule(claim=""))
    assert read(nameless, {"": ["a"]}) == ((), UNKNOWN)


@pytest.mark.parametrize(
    ("count", "state"), [(GROUPS_MAX, COMPLETE), (GROUPS_MAX + 1, TRUNCATED), (50_000, TRUNCATED)]
)
def test_ten_thousand_groups_are_kept_and_no_more(count: int, state: SnapshotState) -> None:
    provider = provider_of(ProviderKind.OIDC)
    listed = [f"{number:036d}" for number in range(count)]
    # The time of this thread alone: a machine that is busy says nothing about the rule.
    began = time.thread_time()
    values, found = read(provider, {"groups": listed})
    assert time.thread_time() - began < 1
    assert values == tuple(listed[:GROUPS_MAX])
    assert found is state


def test_ten_thousand_repetitions_are_one_group() -> None:
    assert readable_groups(["a"] * 50_000) == ClaimedGroups(("a",), is_there=True)


@given(st.sampled_from(KINDS), JSON, st.dictionaries(st.text(), JSON), JSON)
def test_whatever_a_provider_says_is_read_into_texts_without_repetition(
    kind: ProviderKind, value: object, others: dict[str, object], names: object
) -> None:
    provider = provider_of(kind)
    for claims in (
        {provider.groups.claim: value},
        {**others, provider.groups.claim: value},
        {"_claim_names": names, provider.groups.claim: value},
    ):
        values, state = read(provider, claims)
        assert len(set(values)) == len(values)
        assert all(0 < len(each) <= GROUP_CHARACTERS_MAX and each.isprintable() for each in values)
        if state is COMPLETE and isinstance(value, list):
            assert set(values) == set(value)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (token(("a", "b")), COMPLETE),
        (token(()), COMPLETE),
        (token(), UNKNOWN),
        (token(("a", "b"), groups_malformed=True), TRUNCATED),
        (token(("a", "line\nend")), TRUNCATED),
        (token(overage=True), OVERAGE),
        (token(("a",), overage=True), OVERAGE),
        (token(tuple(str(number) for number in range(100))), TRUNCATED),
    ],
)
def test_groups_of_access_tokens_are_judged_like_those_of_id_tokens(
    said: ExternalToken, state: SnapshotState
) -> None:
    provider = provider_of(ProviderKind.OKTA)
    claimed = groups_of_token(provider, said)
    assert claimed_snapshot(provider, claimed, "access token", EPOCH).state is state
