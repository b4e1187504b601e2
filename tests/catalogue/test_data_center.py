"""Data Center: the chain by our reading, and Cloud's lists on the same method and template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.catalogue.operation_rows import BASES
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.domain.scope_coverage import (
    DATA_CENTER_CHAIN,
    Covered,
    Missing,
    covers,
)
from authserver.domain.scopes import ScopeKind

if TYPE_CHECKING:
    from authserver.catalogue.loader import Catalogue
    from authserver.domain.operations import Operation

DATA_CENTER = (ResourceKind.JIRA_DC, ResourceKind.CONFLUENCE_DC)


def only(catalogue: Catalogue, kind: ResourceKind, method: str, path: str) -> Operation:
    found = catalogue.operations.of_kind(kind).match(method, path)
    assert isinstance(found, tuple)
    (operation,) = found
    return operation


@pytest.mark.parametrize("kind", DATA_CENTER)
def test_every_operation_is_opened_by_its_scope_and_those_above_and_by_none_below(
    catalogue: Catalogue, kind: ResourceKind
) -> None:
    for operation in catalogue.operations.of_kind(kind).operations:
        place = DATA_CENTER_CHAIN.index(operation.data_center)
        for height, scope in enumerate(DATA_CENTER_CHAIN):
            covered = covers(frozenset({scope}), (operation,)) == Covered()
            assert covered is (height >= place)


@pytest.mark.parametrize("kind", DATA_CENTER)
def test_every_operation_says_from_what_its_scope_was_read(
    catalogue: Catalogue, kind: ResourceKind
) -> None:
    operations = catalogue.operations.of_kind(kind).operations
    assert {operation.basis for operation in operations} <= set(BASES)


@pytest.mark.parametrize("model", ["jira-platform-v2", "jira-software"])
def test_the_lists_of_cloud_count_where_method_and_template_are_the_same(
    catalogue: Catalogue, model: str
) -> None:
    cloud = {
        (operation.method, operation.shape): operation
        for operation in catalogue.operations.of_kind(ResourceKind.JIRA_CLOUD).operations
        if operation.api == model
    }
    taken = 0
    for operation in catalogue.operations.of_kind(ResourceKind.JIRA_DC).operations:
        twin = cloud.get((operation.method, operation.shape))
        if twin is None:
            assert operation.lists_from != model
            continue
        taken += 1
        assert (operation.classic, operation.granular) == (twin.classic, twin.granular)
        for full in filter(None, (twin.classic, twin.granular)):
            assert operation.lists_from == model
            assert covers(full, (operation,)) == Covered()
            assert all(covers(full - {each}, (operation,)) != Covered() for each in full)
    assert taken == {"jira-platform-v2": 261, "jira-software": 42}[model]


def test_no_other_api_takes_lists_over(catalogue: Catalogue) -> None:
    for kind in SITE_KINDS:
        for operation in catalogue.operations.of_kind(kind).operations:
            if operation.api != "jira-dc":
                assert operation.lists_from == ""
            if operation.api in {"jsm-dc", "assets-dc", "confluence-dc"}:
                assert operation.classic | operation.granular == frozenset()


def test_a_data_center_scope_opens_nothing_in_cloud(catalogue: Catalogue) -> None:
    chain = frozenset(DATA_CENTER_CHAIN)
    for kind in (ResourceKind.JIRA_CLOUD, ResourceKind.CONFLUENCE_CLOUD):
        assert not chain & catalogue.scopes.of_kind(kind)
        for operation in catalogue.operations.of_kind(kind).operations:
            assert covers(chain, (operation,)) != Covered()


def test_creating_an_issue_needs_write_or_the_scopes_of_cloud(catalogue: Catalogue) -> None:
    create = only(catalogue, ResourceKind.JIRA_DC, "POST", "/rest/api/latest/issue")
    assert covers(frozenset({"WRITE"}), (create,)) == Covered()
    assert covers(frozenset({"write:jira-work"}), (create,)) == Covered()
    for held, kind, lacking in (
        ("READ", ScopeKind.DATA_CENTER, "WRITE"),
        ("read:jira-work", ScopeKind.CLASSIC, "write:jira-work"),
    ):
        found = covers(frozenset({held}), (create,))
        assert isinstance(found, Missing)
        assert [(short.kind, short.scopes) for short in found.shortfalls] == [(kind, (lacking,))]


@pytest.mark.parametrize(
    ("kind", "method", "path", "scope"),
    [
        (ResourceKind.JIRA_DC, "POST", "/rest/api/2/user", "ADMIN"),
        (ResourceKind.JIRA_DC, "PUT", "/rest/api/2/user/password", "ADMIN"),
        (ResourceKind.JIRA_DC, "PUT", "/rest/api/2/settings/baseUrl", "ADMIN"),
        (ResourceKind.JIRA_DC, "DELETE", "/rest/api/2/permissionscheme/1/permission/2", "ADMIN"),
        (ResourceKind.JIRA_DC, "POST", "/rest/api/2/email-templates/apply", "SYSTEM_ADMIN"),
        (ResourceKind.JIRA_DC, "GET", "/rest/servicedeskapi/admin/queues/ABC", "ADMIN"),
        (ResourceKind.JIRA_DC, "POST", "/rest/assets/1.0/index/reindex/start", "ADMIN"),
        (
            ResourceKind.CONFLUENCE_DC,
            "PUT",
            "/rest/api/permissions/anonymous/grant",
            "SYSTEM_ADMIN",
        ),
        (ResourceKind.CONFLUENCE_DC, "PUT", "/rest/api/user/kim/group/admins", "ADMIN"),
        (ResourceKind.JIRA_DC, "PUT", "/rest/api/2/issue/ABC-1", "WRITE"),
        (ResourceKind.JIRA_DC, "PUT", "/rest/api/2/myself", "WRITE"),
        (ResourceKind.JIRA_DC, "DELETE", "/rest/api/2/project/ABC", "WRITE"),
    ],
)
def test_write_ends_at_projects_content_and_the_own_profile(
    catalogue: Catalogue, kind: ResourceKind, method: str, path: str, scope: str
) -> None:
    assert only(catalogue, kind, method, path).data_center == scope


def test_a_data_center_resource_knows_the_scopes_that_open_something(catalogue: Catalogue) -> None:
    chain = frozenset(DATA_CENTER_CHAIN)
    assert catalogue.scopes.of_kind(ResourceKind.CONFLUENCE_DC) == chain
    jira = catalogue.scopes.of_kind(ResourceKind.JIRA_DC)
    assert chain < jira
    assert "read:jira-work" in jira
    assert "read:confluence-user" not in jira
    assert "READ_ALL" not in jira
