"""Confluence's shapes, where its clients need them. Paths are without Cloud's /wiki."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from tests.standin.questions import LARGEST_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.standin.questions import Question

PAGES: Final = 60
"""How many pages there are; their ids begin at 2001."""


def _page(question: Question, identifier: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "type": "page",
        "status": "current",
        "title": question.value.get("title", f"Page {identifier}"),
        "space": {"id": 98305, "key": "DEMO", "name": "Demonstration", "type": "global"},
        "version": {"number": 1, "by": {"username": question.account}},
        "_links": {"webui": f"/display/DEMO/{identifier}", "base": question.site},
    }


def _one(question: Question) -> tuple[int, Any]:
    return HTTPStatus.OK, _page(question, question.segments[-1])


def _many(question: Question) -> tuple[int, Any]:
    start = question.number("start", 0)
    limit = min(question.number("limit", 25), LARGEST_PAGE)
    end = min(PAGES, start + limit)
    results = [_page(question, str(2001 + number)) for number in range(start, end)]
    path = f"/{'/'.join(question.segments)}"
    links = {"self": question.url, "base": question.site, "context": ""}
    if end < PAGES:
        links["next"] = f"{path}?limit={limit}&start={end}"
    return HTTPStatus.OK, {
        "results": results,
        "start": start,
        "limit": limit,
        "size": len(results),
        "_links": links,
    }


def _new(question: Question) -> tuple[int, Any]:
    return HTTPStatus.OK, _page(question, "2100")


def _uploaded(question: Question) -> tuple[int, Any]:
    attachment = {
        "id": "att3001",
        "type": "attachment",
        "title": "build.log",
        "extensions": {"fileSize": question.body.length},
        "_links": {"download": f"/download/attachments/{question.segments[-3]}/build.log"},
    }
    return HTTPStatus.OK, {"results": [attachment], "start": 0, "limit": 1, "size": 1, "_links": {}}


ANSWERS: Final[Mapping[tuple[str, str], Callable[[Question], tuple[int, Any]]]] = {
    ("GET", "/rest/api/content"): _many,
    ("POST", "/rest/api/content"): _new,
    ("GET", "/rest/api/content/{}"): _one,
    ("PUT", "/rest/api/content/{}"): _one,
    ("GET", "/rest/api/content/search"): _many,
    ("POST", "/rest/api/content/{}/child/attachment"): _uploaded,
    ("PUT", "/rest/api/content/{}/child/attachment"): _uploaded,
    ("GET", "/api/v2/pages"): _many,
    ("GET", "/api/v2/pages/{}"): _one,
}
