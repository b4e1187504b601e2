"""Asking sites to which project or space something belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundResponse,
    OutboundUnavailable,
)
from authserver.domain.project_places import Place, PlaceKind
from authserver.domain.resources import ProtectedResource, ResourceKind, ResourceStatus
from authserver.upstream.http_documents import DocumentCalls
from authserver.upstream.site_projects import GuardedSiteProjects
from tests.upstream.scripted_http import said

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADERS = {"Authorization": "Bearer of-the-site"}


class _Site(DocumentCalls):
    """Answers by path; whatever is not there is not found."""

    def __init__(self, answers: Mapping[str, OutboundResponse | Exception]) -> None:
        self.answers = answers
        self.origins: list[str] = []
        self.sent: list[str] = []

    def of(self, origin: str) -> _Site:
        self.origins.append(origin)
        return self

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        accept: str = "*/*",
        max_body_bytes: int | None = None,
        total_seconds: float | None = None,
    ) -> OutboundResponse:
        assert (method, headers, body, accept) == ("GET", HEADERS, None, "application/json")
        assert total_seconds is not None
        assert total_seconds <= 3
        assert max_body_bytes == 1 << 18
        self.sent.append(url)
        answer = self.answers.get(url.removeprefix("https://site.example/base"), said(status=404))
        if isinstance(answer, Exception):
            raise answer
        return answer


def site(kind: ResourceKind) -> ProtectedResource:
    return ProtectedResource(
        name="site",
        kind=kind,
        identifier="https://site.example",
        url="https://site.example/base",
        context_path="",
        signing_algorithm="ES256",
        status=ResourceStatus.ENABLED,
        credentials=(),
        created_at=0.0,
    )


JIRA = {
    "/rest/api/2/project/AB": said({"id": "10001", "key": "AB"}),
    "/rest/api/2/project/10001": said({"id": "10001", "key": "AB"}),
    "/rest/api/2/issue/OLD-1?fields=project": said(
        {"key": "AB-9", "fields": {"project": {"id": "10001", "key": "AB"}}}
    ),
}
WIKI = {
    "/rest/api/space/DS": said({"id": 98305, "key": "DS"}),
    "/rest/api/space/123": said({"id": 4, "key": "123"}),
    "/rest/api/content/12?expand=space&status=any": said({"space": {"id": 98305, "key": "DS"}}),
}
CLOUD = {
    "/wiki/api/v2/pages/12": said({"id": "12", "spaceId": "7"}),
    "/wiki/api/v2/blogposts/13": said({"id": "13", "spaceId": "7"}),
    "/wiki/api/v2/spaces/7": said({"id": "7", "key": "DS"}),
    "/wiki/api/v2/spaces?keys=DS": said({"results": [{"id": "7", "key": "DS"}]}),
    "/wiki/api/v2/spaces?keys=XX": said({"results": []}),
}


@pytest.mark.parametrize(
    ("kind", "answers", "place", "names"),
    [
        (ResourceKind.JIRA_DC, JIRA, Place(PlaceKind.PROJECT, "AB"), {"ab", "10001"}),
        (ResourceKind.JIRA_CLOUD, JIRA, Place(PlaceKind.PROJECT, "10001"), {"ab", "10001"}),
        (ResourceKind.JIRA_DC, JIRA, Place(PlaceKind.ISSUE, "OLD-1"), {"ab", "10001"}),
        (ResourceKind.CONFLUENCE_DC, WIKI, Place(PlaceKind.SPACE, "DS"), {"ds", "98305"}),
        (ResourceKind.CONFLUENCE_DC, WIKI, Place(PlaceKind.CONTENT, "12"), {"ds", "98305"}),
        (ResourceKind.CONFLUENCE_DC, WIKI, Place(PlaceKind.SPACE, "123"), {"4"}),
        (ResourceKind.CONFLUENCE_CLOUD, CLOUD, Place(PlaceKind.PAGE, "12"), {"ds", "7"}),
        (ResourceKind.CONFLUENCE_CLOUD, CLOUD, Place(PlaceKind.BLOG_POST, "13"), {"ds", "7"}),
        (ResourceKind.CONFLUENCE_CLOUD, CLOUD, Place(PlaceKind.CONTENT, "13"), {"ds", "7"}),
        (ResourceKind.CONFLUENCE_CLOUD, CLOUD, Place(PlaceKind.SPACE_ID, "7"), {"ds", "7"}),
        (ResourceKind.CONFLUENCE_CLOUD, CLOUD, Place(PlaceKind.SPACE, "DS"), {"ds", "7"}),
    ],
)
def test_a_place_is_known_by_the_key_and_the_id_of_its_project(
    kind: ResourceKind,
    answers: Mapping[str, OutboundResponse | Exception],
    place: Place,
    names: frozenset[str],
) -> None:
    asked = _Site(answers)
    assert GuardedSiteProjects(asked.of).names_of(site(kind), place, HEADERS) == frozenset(names)
    assert set(asked.origins) == {"https://site.example"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_the_asker_may_not_see_is_not_there(status: int) -> None:
    asked = _Site({"/rest/api/2/issue/AB-1?fields=project": said(status=status)})
    place = Place(PlaceKind.ISSUE, "AB-1")
    assert (
        GuardedSiteProjects(asked.of).names_of(site(ResourceKind.JIRA_DC), place, HEADERS) is None
    )


def test_a_space_that_only_looks_alike_is_another_one() -> None:
    asked = _Site({"/wiki/api/v2/spaces?keys=ds": said({"results": [{"id": "7", "key": "DS"}]})})
    place = Place(PlaceKind.SPACE, "ds")
    kind = ResourceKind.CONFLUENCE_CLOUD
    assert GuardedSiteProjects(asked.of).names_of(site(kind), place, HEADERS) is None


def test_a_kind_of_place_that_the_product_has_not_is_not_asked_for() -> None:
    asked = _Site(JIRA)
    for place in (Place(PlaceKind.SPACE, "DS"), Place(PlaceKind.PAGE, "1")):
        assert (
            GuardedSiteProjects(asked.of).names_of(site(ResourceKind.JIRA_DC), place, HEADERS)
            is None
        )
    assert asked.sent == []


@pytest.mark.parametrize(
    "answer",
    [
        said({"fields": {}}),
        said({"fields": {"project": "AB"}}),
        said({"fields": {"project": {"key": "AB"}}}),
        said({"fields": {"project": {"key": "AB", "id": "x"}}}),
        said({"fields": {"project": {"key": "AB", "id": True}}}),
        said({"fields": {"project": {"key": "", "id": "1"}}}),
        said(status=429),
        said(status=500),
        OutboundResponse(200, {"content-type": "text/html"}, b"<p>Sign in</p>"),
    ],
)
def test_an_answer_that_says_something_else_is_none(answer: OutboundResponse) -> None:
    asked = _Site({"/rest/api/2/issue/AB-1?fields=project": answer})
    place = Place(PlaceKind.ISSUE, "AB-1")
    with pytest.raises((OutboundAnswerInvalid, OutboundUnavailable)):
        GuardedSiteProjects(asked.of).names_of(site(ResourceKind.JIRA_DC), place, HEADERS)
