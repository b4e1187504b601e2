"""The verdict on every Cloud operation, for every way of holding its scopes."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from authserver.catalogue.loader import APIS, REMOVED_APIS, Catalogue
from authserver.domain.operations import Operation, Unmatched
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.domain.scope_coverage import (
    Covered,
    Missing,
    NeverCovered,
    Uncoverable,
    covers,
)
from authserver.domain.scopes import ScopeKind
from tests.catalogue.example_paths import example_path

if TYPE_CHECKING:
    from collections.abc import Iterator

Scopes = frozenset[str]

MOST_SCOPES_FOR_EVERY_SUBSET = 8
CLOUD = (ResourceKind.JIRA_CLOUD, ResourceKind.CONFLUENCE_CLOUD)
CLOUD_APIS = [api for kind in CLOUD for api in APIS[kind] if api not in REMOVED_APIS]


def operations_of(catalogue: Catalogue, api: str) -> list[Operation]:
    return [
        operation
        for kind in CLOUD
        for operation in catalogue.operations.of_kind(kind).operations
        if operation.api == api
    ]


def holdings(operation: Operation) -> Iterator[Scopes]:
    """Every subset of the scopes in both lists, or for many each full list and one less."""
    union = sorted(operation.classic | operation.granular)
    if len(union) <= MOST_SCOPES_FOR_EVERY_SUBSET:
        for count in range(len(union) + 1):
            yield from map(frozenset, combinations(union, count))
        return
    for full in (operation.classic, operation.granular):
        yield full
        yield from (full - {name} for name in full)


def expected_missing(granted: Scopes, operation: Operation) -> tuple[ScopeKind, tuple[str, ...]]:
    """The list with the fewest missing scopes, classic when it is a draw."""
    classic, granular = operation.classic - granted, operation.granular - granted
    if not operation.granular or (operation.classic and len(classic) <= len(granular)):
        return ScopeKind.CLASSIC, tuple(sorted(classic))
    return ScopeKind.GRANULAR, tuple(sorted(granular))


def check(granted: Scopes, operation: Operation) -> None:
    found = covers(granted, (operation,))
    lists = [each for each in (operation.classic, operation.granular) if each]
    if any(each <= granted for each in lists):
        assert found == Covered()
    else:
        assert isinstance(found, Missing)
        (short,) = found.shortfalls
        assert (short.kind, short.scopes) == expected_missing(granted, operation)
        assert found.scopes == short.scopes
        assert covers(granted | set(found.scopes), (operation,)) == Covered()


@pytest.mark.parametrize("api", CLOUD_APIS)
def test_a_token_covers_an_operation_exactly_when_it_holds_a_full_list(
    catalogue: Catalogue, api: str
) -> None:
    for operation in operations_of(catalogue, api):
        if operation.classic or operation.granular:
            for granted in holdings(operation):
                check(granted, operation)


@pytest.mark.parametrize("api", CLOUD_APIS)
def test_every_scope_there_is_does_not_open_an_operation_without_a_list(
    catalogue: Catalogue, api: str
) -> None:
    everything = frozenset(scope.name for scope in catalogue.scopes)
    for operation in operations_of(catalogue, api):
        found = covers(everything, (operation,))
        if operation.classic or operation.granular:
            assert found == Covered()
        else:
            assert found == NeverCovered(Uncoverable.NO_SCOPE_LIST)


def test_forty_two_cloud_operations_have_no_list(catalogue: Catalogue) -> None:
    without = [
        operation
        for api in CLOUD_APIS
        for operation in operations_of(catalogue, api)
        if not operation.classic and not operation.granular
    ]
    assert len(without) == 42


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_every_operation_is_found_by_its_method_and_an_example_path(
    catalogue: Catalogue, kind: ResourceKind
) -> None:
    product = catalogue.operations.of_kind(kind)
    for operation in product.operations:
        path = example_path(operation)
        assert product.match(operation.method, path) == (operation,)
        if operation.method == "GET":
            assert product.match("HEAD", path) == (operation,)


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_a_known_path_with_a_method_it_has_not_is_denied(
    catalogue: Catalogue, kind: ResourceKind
) -> None:
    product = catalogue.operations.of_kind(kind)
    for operation in product.operations:
        for method in ("PATCH", "OPTIONS", operation.method.lower()):
            found = product.match(method, example_path(operation))
            assert found is Unmatched.UNKNOWN_METHOD


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_an_unknown_path_is_denied_whatever_the_token_holds(
    catalogue: Catalogue, kind: ResourceKind
) -> None:
    product = catalogue.operations.of_kind(kind)
    everything = frozenset(scope.name for scope in catalogue.scopes)
    paths = {example_path(operation) + "/x/y/z" for operation in product.operations}
    paths |= {"/secure/Dashboard.jspa", "/plugins/servlet/x", "/rest", "/rest/api", "/s/x", "/x"}
    for path in paths:
        found = covers(everything, product.match("GET", path))
        assert found == NeverCovered(Uncoverable.UNKNOWN_PATH)


def test_what_atlassian_has_removed_is_known_and_denied(catalogue: Catalogue) -> None:
    product = catalogue.operations.of_kind(ResourceKind.CONFLUENCE_CLOUD)
    everything = frozenset(scope.name for scope in catalogue.scopes)
    removed = [each for each in product.operations if each.api in REMOVED_APIS]
    assert len(removed) == 50
    assert all(operation.removed for operation in removed)
    for operation in removed:
        assert covers(everything, (operation,)) == NeverCovered(Uncoverable.REMOVED)


def test_nothing_that_is_in_force_counts_as_removed(catalogue: Catalogue) -> None:
    for api in CLOUD_APIS:
        assert not any(operation.removed for operation in operations_of(catalogue, api))


@pytest.mark.parametrize("kind", CLOUD)
def test_every_list_is_made_of_scopes_of_its_kind_of_resource(
    catalogue: Catalogue, kind: ResourceKind
) -> None:
    known = catalogue.scopes.of_kind(kind)
    for operation in catalogue.operations.of_kind(kind).operations:
        assert operation.classic | operation.granular <= known
