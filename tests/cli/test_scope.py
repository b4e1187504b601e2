from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from authserver.catalogue import operation_rows
from authserver.cli import scope_views
from authserver.cli.scope import scope


def run(*arguments: str) -> Result:
    return CliRunner().invoke(scope, arguments)


def printed(*arguments: str, exit_code: int = 0) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == exit_code
    return json.loads(result.stdout)


def names(*arguments: str) -> list[str]:
    return [each["name"] for each in printed("list", *arguments)["scopes"]]


def test_the_list_has_every_scope_with_what_people_need() -> None:
    found = printed("list")["scopes"]
    assert len(found) == 546
    assert {
        "name": "read:jira-work",
        "product": "jira",
        "kind": "classic",
        "risk": "read",
        "title": "Read projects, issues and what belongs to them",
    } in found


def test_the_list_narrows_by_product_kind_resource_and_text() -> None:
    assert names("--kind", "data-center") == ["READ", "WRITE", "ADMIN", "SYSTEM_ADMIN"]
    assert all(name.endswith(":jira-software") for name in names("--product", "jira-software"))
    assert names("--product", "jira-software", "--search", "SPRINT", "--kind", "granular") == [
        "delete:sprint:jira-software",
        "read:sprint:jira-software",
        "write:sprint:jira-software",
    ]
    assert names("--resource-kind", "confluence-dc") == names("--kind", "data-center")
    assert "read:jira-work" in names("--search", "what belongs to them")


def test_the_columns_are_aligned_and_plain() -> None:
    result = run("list", "--product", "jira-software")
    assert result.exit_code == 0
    heading, *lines = result.stdout.splitlines()
    assert heading.split() == ["NAME", "PRODUCT", "KIND", "RISK", "TITLE"]
    assert len(lines) == 22
    for word in ("PRODUCT", "KIND", "RISK", "TITLE"):
        column = heading.index(word)
        assert all(line[column - 1] == " " and line[column] != " " for line in lines)
    assert "\x1b" not in result.stdout


def test_an_empty_list_is_not_found_and_says_what_was_close() -> None:
    result = run("list", "--search", "read:jira_work")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("no scope found; did you mean read:jira-work")
    assert printed("list", "--search", "qqqq", exit_code=1) == {"scopes": []}


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--product", "cheese"),
        ("list", "--kind", "cheese"),
        ("explain",),
        ("explain", "nonsense"),
        ("explain", "POST issue"),
        ("explain", "/rest/api/3/issue"),
        ("explain", "GET /a", "--resource-kind", "cheese"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_explaining_shows_operation_lists_basis_effect_and_titles() -> None:
    shown = run("explain", "POST /rest/api/2/issue", "--resource-kind", "jira-dc")
    assert shown.exit_code == 0
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    for expected in (
        "jira-dc",
        "POST /rest/api/2/issue",
        "operation createIssue, jira-dc",
        "effect write",
        "anonymous not known",
        "lists Atlassian's own for jira-platform-v2, taken over",
        "classic write:jira-work Create, change and delete issues and what belongs to them",
        "data center WRITE Create, change and delete projects, spaces and content",
        "basis our reading, from the HTTP method",
    ):
        assert expected in lines


def test_explaining_in_json_has_the_same_facts() -> None:
    found = printed("explain", "GET /rest/api/latest/serverInfo")
    (cloud,) = found["matches"]["jira-cloud"]
    assert cloud["template"] == "/rest/api/3/serverInfo"
    assert (cloud["effect"], cloud["anonymous"], cloud["tag"]) == ("read", True, "Server info")
    (center,) = found["matches"]["jira-dc"]
    assert center["template"] == "/rest/api/2/serverInfo"
    assert center["anonymous"] is None
    assert [each["name"] for each in center["data_center"]] == ["READ"]
    assert center["basis"] == "from the HTTP method"
    assert found["unmatched"] == {
        "confluence-dc": "unknown-path",
        "confluence-cloud": "unknown-path",
    }
    assert found["nearest"] == []


def test_a_call_that_needs_a_login_says_so() -> None:
    assert "needs a login" in run("explain", "GET /wiki/api/v2/pages").stdout


@pytest.mark.parametrize(
    "call",
    [
        ("POST /rest/api/3/issue",),
        ("POST", "/rest/api/3/issue"),
        ("post /rest/api/3/issue?updateHistory=true",),
        ("POST https://example.atlassian.net/rest/api/3/issue#x",),
    ],
)
def test_a_call_may_be_written_in_several_ways(call: tuple[str, ...]) -> None:
    found = printed("explain", *call, "--resource-kind", "jira-cloud")
    assert [each["operation_id"] for each in found["matches"]["jira-cloud"]] == ["createIssue"]


def test_a_call_that_means_several_operations_shows_all() -> None:
    shown = run("explain", "GET /rest/api/3/project/type/avatars").stdout
    assert "/rest/api/3/project/type/{projectTypeKey}" in shown
    assert "/rest/api/3/project/{projectIdOrKey}/avatars" in shown
    assert "good for all of them" in shown


def test_an_operation_that_no_scope_opens_says_so() -> None:
    shown = run("explain", "POST /rest/operations/1.0/bulk").stdout
    assert "Denied: Atlassian lists no scope for it" in shown


def test_a_removed_operation_says_so() -> None:
    shown = run("explain", "GET /wiki/rest/api/content/12").stdout
    assert "deprecated, removed" in shown
    assert "Denied: Atlassian has removed the operation" in shown


def test_an_unknown_path_is_not_found_and_shows_the_nearest() -> None:
    result = run("explain", "POST /rest/api/3/isue")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "no operation has this path" in result.stderr
    assert "nearest in jira-cloud: POST /rest/api/3/issue\n" in result.stderr
    found = printed("explain", "POST /rest/api/3/isue", exit_code=1)
    assert found["matches"] == {}
    assert found["nearest"][0] == {
        "resource_kind": "jira-cloud",
        "method": "POST",
        "template": "/rest/api/3/issue",
    }


def test_a_known_path_with_another_method_is_told_apart() -> None:
    result = run("explain", "DELETE /rest/api/3/search", "--resource-kind", "jira-cloud")
    assert result.exit_code == 1
    assert "not with this method" in result.stderr


def test_a_path_known_at_another_version_is_told_apart() -> None:
    call = ("explain", "POST /rest/api/2.0.alpha1/issueLink", "--resource-kind", "jira-dc")
    result = run(*call)
    assert result.exit_code == 1
    assert "at another version of the API, as /rest/api/2/..." in result.stderr
    assert printed(*call, exit_code=1)["unmatched"] == {"jira-dc": "other-version"}


def test_a_path_that_can_be_read_in_two_ways_is_told_apart() -> None:
    result = run("explain", "GET /rest/api/3/issue/../search")
    assert result.exit_code == 1
    assert "more than one way" in result.stderr


def test_every_basis_has_words() -> None:
    assert set(scope_views.BASES) == set(operation_rows.BASES)
