"""Selectors of operations, over the whole catalogue."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.catalogue.loader import load_catalogue
from authserver.domain.errors import InvalidField
from authserver.domain.operation_selectors import (
    Selection,
    check_selectors,
    close_selectors,
    is_within,
    selected,
)
from authserver.domain.operations import Effect
from authserver.domain.resources import ResourceKind

CLOUD = load_catalogue().operations.of_kind(ResourceKind.JIRA_CLOUD)
DATA_CENTER = load_catalogue().operations.of_kind(ResourceKind.JIRA_DC)
FORMS = [
    "read",
    "write",
    "tag:Issues",
    "getIssue",
    "jira-platform-v3:getIssue",
    "GET /rest/api/3/issue/{issueIdOrKey}",
]


def test_reading_and_writing_are_everything_and_have_nothing_in_common() -> None:
    for product in (CLOUD, DATA_CENTER):
        reads, writes = selected(("read",), product), selected(("write",), product)
        assert not reads & writes
        assert reads | writes == {each.name for each in product.operations}


def test_what_only_reads_is_by_effect_and_not_by_method() -> None:
    reads = {each.name for each in CLOUD.operations if each.effect is Effect.READ}
    assert selected(("read",), CLOUD) == reads
    assert "POST /rest/api/3/search/jql" in reads


@pytest.mark.parametrize("label", ["\ud800", "\x00", "\u202e", "\n"])
def test_a_parameter_is_labelled_in_printable_ascii(label: str) -> None:
    assert not selected((f"GET /rest/api/3/issue/{{{label}}}",), CLOUD)
    assert selected(("GET /rest/api/3/issue/{of your own}",), CLOUD)


def test_a_tag_means_all_that_atlassian_put_under_it() -> None:
    tagged = {each.name for each in CLOUD.operations if each.tag == "Issue comments"}
    assert len(tagged) > 5
    assert selected(("tag:Issue comments",), CLOUD) == tagged
    assert selected(("tag:",), DATA_CENTER) == frozenset()


def test_an_operation_id_means_it_in_every_api_and_with_the_api_in_one() -> None:
    assert selected(("getComment",), CLOUD) == {
        "GET /rest/api/3/issue/{issueIdOrKey}/comment/{id}",
        "GET /rest/api/2/issue/{issueIdOrKey}/comment/{id}",
    }
    assert selected(("jira-platform-v2:getComment",), CLOUD) == {
        "GET /rest/api/2/issue/{issueIdOrKey}/comment/{id}"
    }


def test_names_of_parameters_are_only_labels() -> None:
    named = "GET /rest/api/3/issue/{issueIdOrKey}"
    assert selected(("GET /rest/api/3/issue/{key}",), CLOUD) == {named}
    assert selected(("DELETE /rest/api/3/issue",), CLOUD) == frozenset()
    assert selected(("get /rest/api/3/issue/{key}",), CLOUD) == frozenset()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=20) | st.sampled_from(FORMS), max_size=4).map(tuple))
def test_a_selection_is_the_sum_of_its_selectors(selectors: tuple[str, ...]) -> None:
    parts = [selected((each,), CLOUD) for each in selectors]
    assert selected(selectors, CLOUD) == frozenset[str]().union(*parts)
    assert Selection(()).includes(CLOUD.operations[0]) is False


@pytest.mark.parametrize(
    ("narrow", "wide", "within"),
    [
        (["getIssue"], ["read"], True),
        (["read"], ["getIssue"], False),
        (["getIssue", "write"], ["read"], False),
        ([], [], True),
        ([], ["read"], True),
        (["read"], [], False),
        (None, ["read", "write"], False),
        (None, None, True),
        (["anything"], None, True),
    ],
)
def test_what_is_within_another_selection(
    narrow: list[str] | None, wide: list[str] | None, *, within: bool
) -> None:
    assert is_within(narrow, wide, CLOUD) is within


@pytest.mark.parametrize("selector", FORMS)
def test_every_form_is_taken_where_it_means_something(selector: str) -> None:
    check_selectors([selector], CLOUD, "operations")


@pytest.mark.parametrize(
    ("selector", "close"),
    [
        ("getIsue", "getIssue"),
        ("GETISSUE", "getIssue"),
        ("tag:Issue coments", "tag:Issue comments"),
        ("raed", "read"),
        ("GET /rest/api/3/isue/{key}", "GET /rest/api/3/issue/{issueIdOrKey}"),
        ("jira-platform-v3:getIsue", "jira-platform-v3:getIssue"),
    ],
)
def test_an_unknown_selector_is_refused_with_what_it_may_have_meant(
    selector: str, close: str
) -> None:
    assert close in close_selectors(selector, CLOUD)
    with pytest.raises(InvalidField, match="close to it") as refused:
        check_selectors(["read", selector], CLOUD, "operations")
    assert close in str(refused.value)
    assert refused.value.field == "operations"


def test_tags_are_of_cloud_only() -> None:
    with pytest.raises(InvalidField, match="as jira-dc knows it"):
        check_selectors(["tag:Issues"], DATA_CENTER, "operations")
