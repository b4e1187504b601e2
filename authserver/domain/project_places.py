"""What a call says of the project or space it reaches: in its path, or in its query.

Only what is certain counts. An operation that is not listed here may reach any project: searches,
boards, filters, bulk and creation, whatever is named by an id of its own, and whatever may name
another project in its body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, unquote_plus

from authserver.domain.operations import EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.operations import Operation


class PlaceKind(StrEnum):
    """How a call names where it goes."""

    PROJECT = "project"
    """A project of Jira, by key or id."""
    ISSUE = "issue"
    """An issue, by key or id: it belongs to the project where it is now."""
    SPACE = "space"
    """A space of Confluence, by key."""
    SPACE_ID = "space-id"
    CONTENT = "content"
    """A page, a blog post or whatever else has an id in the first version of the API."""
    PAGE = "page"
    BLOG_POST = "blog-post"


@dataclass(frozen=True, slots=True)
class Place:
    """Something at the site that belongs to one project or space."""

    kind: PlaceKind
    value: str


_VALUES: Final[Mapping[PlaceKind, re.Pattern[str]]] = {
    PlaceKind.PROJECT: re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}|[0-9]{1,18}"),
    PlaceKind.ISSUE: re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}-[0-9]{1,18}|[0-9]{1,18}"),
    PlaceKind.SPACE: re.compile(r"~?[A-Za-z0-9][A-Za-z0-9._@-]{0,254}"),
    PlaceKind.SPACE_ID: re.compile(r"[0-9]{1,18}"),
    PlaceKind.CONTENT: re.compile(r"[0-9]{1,18}"),
    PlaceKind.PAGE: re.compile(r"[0-9]{1,18}"),
    PlaceKind.BLOG_POST: re.compile(r"[0-9]{1,18}"),
}
_PATHS: Final = tuple(
    (re.compile(template + "(?:/.*)?"), kind)
    for template, kind in (
        (r"/rest/api/[23]/project/\{project(?:Id|Key|IdOrKey|KeyOrId)\}", PlaceKind.PROJECT),
        (r"/rest/api/[23]/issue/createmeta/\{projectIdOrKey\}", PlaceKind.PROJECT),
        (r"/rest/servicedeskapi/admin/queues/\{projectKey\}", PlaceKind.PROJECT),
        (r"/rest/servicedeskapi/portals/project/\{projectKey\}", PlaceKind.PROJECT),
        (r"/rest/api/[23]/issue/\{issueIdOrKey\}", PlaceKind.ISSUE),
        (r"/rest/agile/1\.0/issue/\{issueIdOrKey\}", PlaceKind.ISSUE),
        (r"/rest/servicedeskapi/request/\{(?:issue|request)IdOrKey\}", PlaceKind.ISSUE),
        (r"(?:/wiki)?/rest/api/space/\{spaceKey\}", PlaceKind.SPACE),
        (r"(?:/wiki)?/rest/api/content/\{(?:id|contentId)\}", PlaceKind.CONTENT),
        (r"/wiki/api/v2/spaces/\{id\}", PlaceKind.SPACE_ID),
        (r"/wiki/api/v2/pages/\{id\}", PlaceKind.PAGE),
        (r"/wiki/api/v2/blogposts/\{id\}", PlaceKind.BLOG_POST),
    )
)
"""Templates whose first parameter names the place."""
_ELSEWHERE: Final = re.compile(
    r"""
    .*/worklog/move                                      # to another issue, named in the body
    | .*/content/\{id\}/(?:copy|pagehierarchy/copy)
    | .*/child/attachment/\{attachmentId\}/move          # to another page
    | .*/(?:label/\{labelName\}|labels/\{labelName\})/related
    """,
    re.VERBOSE,
)
_BY_ITS_OWN_ID: Final = re.compile(
    r".+/\{.+\}/(?:.+/)?"
    r"(?:\{(?:attachmentId|commentId|worklogId|linkId|approvalId)\}|(?<!role/)\{id\})(?:/.*)?"
)
"""Below a place, something with an id of its own: nobody says that the site looks whether the one
belongs to the other. Project roles have ids too, but belong to no project."""
_BODY_MOVES: Final = frozenset(
    {
        "PUT /rest/api/content/{contentId}",
        "PUT /rest/api/content/{id}/child/attachment/{attachmentId}",
        "PUT /wiki/rest/api/content/{id}",
        "PUT /wiki/rest/api/content/{id}/child/attachment/{attachmentId}",
        "PUT /wiki/api/v2/pages/{id}",
        "PUT /wiki/api/v2/blogposts/{id}",
    }
)
"""Updates whose body may name a space, a parent or a container, and so move what they change."""
_BODY_NAMES: Final = frozenset(
    name
    for version in ("2", "3")
    for name in (
        f"DELETE /rest/api/{version}/issue/{{issueIdOrKey}}/worklog",
        f"POST /rest/api/{version}/issue/{{issueIdOrKey}}/changelog/list",
    )
)
"""What works on things that its body names by ids of their own, as `_BY_ITS_OWN_ID` in the path."""
_QUERIES: Final[Mapping[str, tuple[str, PlaceKind]]] = {
    **{
        f"GET /rest/api/{version}/{path}": (parameter, PlaceKind.PROJECT)
        for version in ("2", "3")
        for path, parameter in (
            ("user/assignable/multiProjectSearch", "projectKeys"),
            ("component", "projectIdsOrKeys"),
            ("issuetype/project", "projectId"),
            ("statuses/search", "projectId"),
        )
    },
    "GET /rest/api/content": ("spaceKey", PlaceKind.SPACE),
    "GET /wiki/api/v2/pages": ("space-id", PlaceKind.SPACE_ID),
    "GET /wiki/api/v2/blogposts": ("space-id", PlaceKind.SPACE_ID),
    "GET /wiki/api/v2/spaces": ("keys", PlaceKind.SPACE),
}
"""Lists that hold nothing but what belongs to the places in this parameter."""
MOST_PLACES: Final = 10
"""Of one call: each may cost a question to the site."""


def places_of(operation: Operation, path: str, query: str) -> tuple[Place, ...]:
    """The places that a call of `operation` reaches, and no others; empty when nobody can say.

    `path` is below the site's base path, in its one spelling.
    """
    template = operation.template
    if _ELSEWHERE.fullmatch(template) or _BY_ITS_OWN_ID.fullmatch(template):
        return ()
    if operation.name in _BODY_MOVES or operation.name in _BODY_NAMES:
        return ()
    in_query = _QUERIES.get(operation.name)
    if in_query is not None:
        return _places_in(query, *in_query)
    if path.endswith(EXTENSIONS):
        return ()  # the site cuts it off, and then reads another value
    for named, kind in _PATHS:
        if named.fullmatch(template):
            place = _place(kind, unquote(path.split("/")[operation.shape.index("") + 1]))
            return () if place is None else (place,)
    return ()


def _places_in(query: str, parameter: str, kind: PlaceKind) -> tuple[Place, ...]:
    if ";" in query:
        return ()  # some servers end a parameter there, others do not
    values: list[str] = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if unquote_plus(name) == parameter:
            values += unquote_plus(value).split(",")
    places = [_place(kind, value) for value in values]
    found = tuple(dict.fromkeys(place for place in places if place is not None))
    return () if len(found) != len(set(values)) or len(found) > MOST_PLACES else found


def _place(kind: PlaceKind, value: str) -> Place | None:
    return Place(kind, value) if _VALUES[kind].fullmatch(value) else None
