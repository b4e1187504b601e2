"""Read or write is a fact of the operation, not of its HTTP method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.operations import Effect
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.domain.scope_coverage import Covered, covers
from authserver.domain.scopes import Risk

if TYPE_CHECKING:
    from authserver.catalogue.loader import Catalogue

READS_SENT_OTHERWISE: Final = """
jira-platform-v3 POST /rest/api/3/app/field/context/configuration/list
jira-platform-v3 POST /rest/api/3/changelog/bulkfetch
jira-platform-v3 POST /rest/api/3/comment/list
jira-platform-v3 POST /rest/api/3/expression/analyse
jira-platform-v3 POST /rest/api/3/expression/eval
jira-platform-v3 POST /rest/api/3/expression/evaluate
jira-platform-v3 POST /rest/api/3/field/{fieldId}/context/mapping
jira-platform-v3 POST /rest/api/3/issue/bulkfetch
jira-platform-v3 POST /rest/api/3/issue/watching
jira-platform-v3 POST /rest/api/3/issue/{issueIdOrKey}/changelog/list
jira-platform-v3 PUT /rest/api/3/issues/archive/export
jira-platform-v3 POST /rest/api/3/jql/autocompletedata
jira-platform-v3 POST /rest/api/3/jql/function/computation/search
jira-platform-v3 POST /rest/api/3/jql/match
jira-platform-v3 POST /rest/api/3/jql/parse
jira-platform-v3 POST /rest/api/3/jql/pdcleaner
jira-platform-v3 POST /rest/api/3/jql/sanitize
jira-platform-v3 POST /rest/api/3/permissions/check
jira-platform-v3 POST /rest/api/3/permissions/project
jira-platform-v3 POST /rest/api/3/priorityscheme/mappings
jira-platform-v3 POST /rest/api/3/search
jira-platform-v3 POST /rest/api/3/search/approximate-count
jira-platform-v3 POST /rest/api/3/search/jql
jira-platform-v3 POST /rest/api/3/workflow/history
jira-platform-v3 POST /rest/api/3/workflow/history/list
jira-platform-v3 POST /rest/api/3/workflows
jira-platform-v3 POST /rest/api/3/workflows/preview
jira-platform-v3 POST /rest/api/3/workflowscheme/read
jira-platform-v3 POST /rest/api/3/worklog/list
jira-service-management POST /rest/servicedeskapi/servicedesk/{serviceDeskId}/requesttype/permissions/check
confluence-v1 POST /wiki/rest/api/content/{id}/permission/check
confluence-v1 POST /wiki/rest/api/contentbody/convert/async/bulk/tasks
confluence-v1 POST /wiki/rest/api/contentbody/convert/async/{to}
confluence-v1-removed POST /wiki/rest/api/contentbody/convert/{to}
confluence-v2 POST /wiki/api/v2/content/convert-ids-to-types
confluence-v2 POST /wiki/api/v2/user/access/check-access-by-email
confluence-v2 POST /wiki/api/v2/users-bulk
jira-dc POST /rest/api/2/licenseValidator
jira-dc POST /rest/api/2/password/policy/createUser
jira-dc POST /rest/api/2/password/policy/updateUser
jira-dc POST /rest/api/2/search
jira-dc POST /rest/api/2/worklog/list
confluence-dc POST /rest/api/contentbody/convert/{to}
"""  # noqa: E501 - one call a line

WRITES_SENT_BY_GET: Final = """
jira-platform-v3 GET /rest/api/3/project-template/live-template
jira-platform-v3 GET /rest/api/3/redact/status/{jobId}
confluence-v1 GET /wiki/rest/api/content/{id}/state/available
confluence-v2 GET /wiki/api/v2/blogposts/{id}/classification-level
confluence-v2 GET /wiki/api/v2/pages/{id}/classification-level
jira-dc GET /rest/api/2/email-templates
"""

WRITES_THAT_A_READ_SCOPE_OPENS: Final = """
jira-platform-v3 POST /rest/api/3/uiModifications
jira-platform-v3 PUT /rest/api/3/uiModifications/{uiModificationId}
jira-platform-v3 POST /rest/atlassian-connect/1/migration/{connectKey}/{jiraIssueFieldsKey}/task
confluence-v2 POST /wiki/api/v2/user/access/invite-by-email
"""


def lines(text: str) -> set[str]:
    """The calls of a list, with the second version of Jira's API beside the third."""
    third = set(text.split("\n")) - {""}
    second = {
        line.replace("jira-platform-v3", "jira-platform-v2").replace("/rest/api/3/", "/rest/api/2/")
        for line in third
        if "/rest/api/3/" in line
    }
    return third | second


def calls(catalogue: Catalogue, *, method_is_get: bool, effect: Effect) -> set[str]:
    return {
        f"{operation.api} {operation.method} {operation.template}"
        for kind in SITE_KINDS
        for operation in catalogue.operations.of_kind(kind).operations
        if (operation.method == "GET") is method_is_get and operation.effect is effect
    }


@pytest.mark.feature(37)
@pytest.mark.trap(2)
def test_exactly_these_reads_are_sent_by_post_or_put(catalogue: Catalogue) -> None:
    found = calls(catalogue, method_is_get=False, effect=Effect.READ)
    assert found == lines(READS_SENT_OTHERWISE)


@pytest.mark.feature(37)
@pytest.mark.trap(2)
def test_exactly_these_calls_by_get_count_as_writes(catalogue: Catalogue) -> None:
    found = calls(catalogue, method_is_get=True, effect=Effect.WRITE)
    assert found == lines(WRITES_SENT_BY_GET)


def test_read_scopes_open_no_writes_but_those_known(catalogue: Catalogue) -> None:
    granted = frozenset(scope.name for scope in catalogue.scopes if scope.risk is Risk.READ)
    found = {
        f"{operation.api} {operation.method} {operation.template}"
        for kind in SITE_KINDS
        for operation in catalogue.operations.of_kind(kind).operations
        if operation.effect is Effect.WRITE and covers(granted, (operation,)) == Covered()
    }
    assert found == lines(WRITES_THAT_A_READ_SCOPE_OPENS)


@pytest.mark.parametrize(
    ("kind", "path", "effect"),
    [
        (ResourceKind.JIRA_CLOUD, "/rest/api/latest/search/jql", Effect.READ),
        (ResourceKind.JIRA_CLOUD, "/rest/api/3/issue", Effect.WRITE),
        (ResourceKind.JIRA_DC, "/rest/api/latest/search", Effect.READ),
        (ResourceKind.CONFLUENCE_CLOUD, "/wiki/api/v2/user/access/invite-by-email", Effect.WRITE),
    ],
)
def test_a_post_is_told_by_what_it_does(
    catalogue: Catalogue, kind: ResourceKind, path: str, effect: Effect
) -> None:
    found = catalogue.operations.of_kind(kind).match("POST", path)
    assert isinstance(found, tuple)
    assert [operation.effect for operation in found] == [effect]
