"""What the stand-in answers to an allowed call: in the product's shapes, and invented."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from tests.standin import jira_answers, wiki_answers
from tests.standin.downloads import ATTACHMENT_SIZE, LARGEST_DOWNLOAD, content
from tests.standin.questions import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.operations import Operation
    from tests.standin.wire import Body

JSON_TYPE: Final = "application/json;charset=UTF-8"
SIZE_PARAMETER: Final = "standin.bytes"
"""In the query of any read: answer so many bytes instead. Only the stand-in knows it."""
STAGED_PARAMETER: Final = "standin.answer"
"""In the query of any call: answer this instead, one of the keys of STAGED or a status."""
TAG: Final = '"of-the-stand-in"'
MODIFIED: Final = "Sun, 01 Nov 2026 10:00:00 GMT"

_SPECIAL: Final[Mapping[tuple[str, str], Callable[[Question], tuple[int, Any]]]] = {
    **jira_answers.ANSWERS,
    **wiki_answers.ANSWERS,
}
_DOWNLOADS: Final = (
    "/attachment/content/{}",
    "/attachment/{}/download",
    "/attachments/{}/download",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and a body.

    `ranges` where parts of the body may be asked for, `tagged` where it has TAG and MODIFIED.
    """

    status: int
    body: bytes = b""
    type: str = JSON_TYPE
    ranges: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    tagged: bool = False


STAGED: Final[Mapping[str, Answer]] = {
    "nothing": Answer(HTTPStatus.NO_CONTENT),
    "empty": Answer(HTTPStatus.OK),
    "gzip": Answer(
        HTTPStatus.OK,
        gzip.compress(b'{"zipped": true}' * 2000, mtime=0),
        "application/json",
        headers=(("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")),
    ),
    "tagged": Answer(HTTPStatus.OK, content(100_000), "text/plain", ranges=True, tagged=True),
    "elsewhere": Answer(
        HTTPStatus.FOUND, headers=(("Location", "http://jira.example.org:8080/secure/a?b=%2F"),)
    ),
    "below": Answer(HTTPStatus.SEE_OTHER, headers=(("Location", "/rest/api/2/issue/10000"),)),
    "kept": Answer(HTTPStatus.PERMANENT_REDIRECT, headers=(("Location", "../new?c=d#e"),)),
}
"""Answers for tests of what stands between: names by which they are asked for."""


def answer(
    operation: Operation,
    segments: tuple[str, ...],
    query: str,
    body: Body,
    *,
    site: str,
    account: str,
) -> Answer:
    """The answer of an operation. `site` is the URL under which the site is known outside."""
    parameters = {name: values[-1] for name, values in parse_qs(query).items()}
    staged = parameters.get(STAGED_PARAMETER, "")
    if staged:
        return STAGED[staged] if staged in STAGED else _refused_by_the_site(int(staged))
    asked_size = parameters.get(SIZE_PARAMETER, "")
    shape = "/" + "/".join(part or "{}" for part in operation.shape)
    if operation.method == "GET" and (asked_size.isdigit() or shape.endswith(_DOWNLOADS)):
        size = min(int(asked_size or ATTACHMENT_SIZE), LARGEST_DOWNLOAD)
        return Answer(HTTPStatus.OK, content(size), "application/octet-stream", ranges=True)
    question = Question(operation, segments, parameters, body, site, account)
    special = _SPECIAL.get((operation.method, _without_version(shape)))
    status, value = (special or _generic)(question)
    return Answer(status, b"" if value is None else json.dumps(value).encode())


def errors(status: int, message: str, *headers: tuple[str, str]) -> Answer:
    """A refusal in Jira's shape."""
    value = {"errorMessages": [message], "errors": {}}
    return Answer(status, json.dumps(value).encode(), headers=headers)


def _refused_by_the_site(status: int) -> Answer:
    challenge = (("WWW-Authenticate", 'OAuth realm="the site"'),)
    headers = challenge if status == HTTPStatus.UNAUTHORIZED else (("Retry-After", "77"),)
    return errors(status, f"The site itself says {status}", *headers)


def page(title: str, account: str) -> Answer:
    """A page of the site for people."""
    text = f"<!doctype html><title>{title}</title><p>A stand-in for Jira. Signed in: {account}.</p>"
    return Answer(HTTPStatus.OK, text.encode(), "text/html;charset=UTF-8")


def _without_version(shape: str) -> str:
    for version in ("2", "3"):
        shape = shape.replace(f"/rest/api/{version}/", "/rest/api/")
    return shape.removeprefix("/wiki")


def _generic(question: Question) -> tuple[int, Any]:
    """Something in the place of every answer that nobody wrote."""
    operation = question.operation
    if operation.method == "DELETE":
        return HTTPStatus.NO_CONTENT, None
    value: dict[str, Any] = {
        "self": question.url,
        "id": "10000",
        "operation": operation.operation_id,
        "answeredBy": "a stand-in",
    }
    if operation.method == "GET":
        value |= {"startAt": 0, "maxResults": 50, "total": 0, "isLast": True}
        value |= {"values": [], "results": []}
    created = operation.method == "POST" and operation.effect == "write"
    return (HTTPStatus.CREATED if created else HTTPStatus.OK), value
