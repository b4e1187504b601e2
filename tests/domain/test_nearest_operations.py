from __future__ import annotations

import pytest

from authserver.domain.nearest_operations import nearest
from authserver.domain.operations import Effect, Operation, ProductCatalogue
from authserver.domain.resources import ResourceKind

CALLS = ("GET /rest/issue/{id}", "PUT /rest/issue/{id}", "GET /rest/search", "GET /wiki/page")
CATALOGUE = ProductCatalogue(
    ResourceKind.JIRA_CLOUD,
    [
        Operation("api", method, template, f"{method} {template}", Effect.READ)
        for method, template in (call.split(" ") for call in CALLS)
    ],
)


def names(method: str, path: str, limit: int = 3) -> list[str]:
    return [near.operation.operation_id for near in nearest(CATALOGUE, method, path, limit)]


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        ("GET /rest/serch", "GET /rest/search"),
        ("PUT /rest/issues/A-1", "PUT /rest/issue/{id}"),
        ("DELETE /REST/Search", "GET /rest/search"),
    ],
)
def test_the_operation_that_was_meant_comes_first(call: str, meant: str) -> None:
    method, path = call.split(" ")
    assert names(method, path)[0] == meant


def test_the_same_method_comes_before_another() -> None:
    assert names("PUT", "/rest/issue/A-1")[:2] == ["PUT /rest/issue/{id}", "GET /rest/issue/{id}"]


def test_nothing_is_near_to_nonsense() -> None:
    assert names("GET", "/foo/bar") == []
    assert names("GET", "/") == []


def test_no_more_are_given_than_asked_for() -> None:
    assert len(names("GET", "/rest/issue/A-1", limit=1)) == 1


def test_a_gigantic_path_is_cut_before_it_is_compared() -> None:
    assert names("GET", "/a" * 1_000_000) == []
