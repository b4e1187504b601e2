"""Jira's shapes, where its clients need them. Paths are without the version of the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from tests.standin.questions import LARGEST_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.standin.questions import Question

ISSUES: Final = 120
"""How many issues there are: DEMO-1 and so on."""


def _server_info(question: Question) -> tuple[int, Any]:
    return HTTPStatus.OK, question.from_file("server-info.json")


def _person(question: Question, name: str) -> dict[str, Any]:
    return {
        "self": f"{question.site}/rest/api/2/user?username={name}",
        "name": name,
        "key": name,
        "accountId": name,
        "displayName": name,
        "active": True,
    }


def _myself(question: Question) -> tuple[int, Any]:
    return HTTPStatus.OK, _person(question, question.account)


def _issue(question: Question) -> tuple[int, Any]:
    return HTTPStatus.OK, _issue_named(question, question.segments[4])


def _issue_named(question: Question, key: str) -> dict[str, Any]:
    issue = question.from_file("issue-DEMO-1.json")
    number = key.rpartition("-")[2]
    identifier = str(10_000 + int(number)) if number.isascii() and number.isdigit() else "10001"
    issue |= {"key": key, "id": identifier}
    issue["self"] = f"{question.site}/rest/api/2/issue/{identifier}"
    return issue


def _created_issue(question: Question) -> tuple[int, Any]:
    link = f"{question.site}/rest/api/2/issue/10121"
    return HTTPStatus.CREATED, {"id": "10121", "key": "DEMO-121", "self": link}


def _nothing(question: Question) -> tuple[int, Any]:
    return HTTPStatus.NO_CONTENT, None


def _comment(question: Question) -> tuple[int, Any]:
    comment = question.from_file("comment.json")
    comment["body"] = question.value.get("body", "")
    comment["author"] = _person(question, question.account)
    return HTTPStatus.CREATED, comment


def _comments(question: Question) -> tuple[int, Any]:
    return HTTPStatus.OK, {"startAt": 0, "maxResults": 50, "total": 0, "comments": []}


def _search(question: Question) -> tuple[int, Any]:
    start = question.number("startAt", 0)
    most = min(question.number("maxResults", 50), LARGEST_PAGE)
    numbers = range(start + 1, min(ISSUES, start + most) + 1)
    issues = [_issue_named(question, f"DEMO-{number}") for number in numbers]
    return HTTPStatus.OK, {
        "startAt": start,
        "maxResults": most,
        "total": ISSUES,
        "issues": issues,
    }


def _search_by_token(question: Question) -> tuple[int, Any]:
    """Cloud's newer search: pages are named by tokens, here the number of the first issue."""
    start = question.number("nextPageToken", 0)
    most = min(question.number("maxResults", 50), LARGEST_PAGE)
    end = min(ISSUES, start + most)
    issues = [_issue_named(question, f"DEMO-{number}") for number in range(start + 1, end + 1)]
    page: dict[str, Any] = {"issues": issues, "isLast": end == ISSUES}
    return HTTPStatus.OK, page | ({} if end == ISSUES else {"nextPageToken": str(end)})


def _project(question: Question) -> dict[str, Any]:
    return {
        "self": f"{question.site}/rest/api/2/project/10000",
        "id": "10000",
        "key": "DEMO",
        "name": "Demonstration",
        "projectTypeKey": "software",
    }


def _fields(question: Question) -> tuple[int, Any]:
    names = ("summary", "status", "comment", "attachment")
    return HTTPStatus.OK, [
        {"id": name, "key": name, "name": name.title(), "custom": False, "clauseNames": [name]}
        for name in names
    ]


def _attachment(question: Question) -> dict[str, Any]:
    api = f"{question.site}/{'/'.join(question.segments[:3])}"
    return {
        "self": f"{api}/attachment/10300",
        "id": "10300",
        "filename": "build.log",
        "author": _person(question, question.account),
        "size": question.body.length,
        "mimeType": "application/octet-stream",
        "content": f"{api}/attachment/content/10300",
    }


ANSWERS: Final[Mapping[tuple[str, str], Callable[[Question], tuple[int, Any]]]] = {
    ("GET", "/rest/api/serverInfo"): _server_info,
    ("GET", "/rest/api/myself"): _myself,
    ("GET", "/rest/api/issue/{}"): _issue,
    ("PUT", "/rest/api/issue/{}"): _nothing,
    ("POST", "/rest/api/issue"): _created_issue,
    ("GET", "/rest/api/issue/{}/comment"): _comments,
    ("POST", "/rest/api/issue/{}/comment"): _comment,
    ("GET", "/rest/api/search"): _search,
    ("POST", "/rest/api/search"): _search,
    ("GET", "/rest/api/search/jql"): _search_by_token,
    ("POST", "/rest/api/search/jql"): _search_by_token,
    ("GET", "/rest/api/project"): lambda question: (HTTPStatus.OK, [_project(question)]),
    ("GET", "/rest/api/project/{}"): lambda question: (HTTPStatus.OK, _project(question)),
    ("GET", "/rest/api/field"): _fields,
    ("POST", "/rest/api/issue/{}/attachments"): lambda question: (
        HTTPStatus.OK,
        [_attachment(question)],
    ),
    ("GET", "/rest/api/attachment/{}"): lambda question: (HTTPStatus.OK, _attachment(question)),
}
