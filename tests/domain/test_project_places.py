"""What a call says of the project it reaches: only what is certain counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authserver.catalogue.loader import load_catalogue
from authserver.domain.operations import Unmatched
from authserver.domain.project_places import MOST_PLACES, Place, PlaceKind, places_of
from authserver.domain.resources import SITE_KINDS, ResourceKind

if TYPE_CHECKING:
    from authserver.domain.operations import Operation

CATALOGUE = load_catalogue().operations


def reached(kind: ResourceKind, method: str, target: str) -> list[tuple[Place, ...]]:
    path, _, query = target.partition("?")
    operations = CATALOGUE.of_kind(kind).match(method, path)
    assert not isinstance(operations, Unmatched), target
    return [places_of(each, path, query) for each in operations]


@pytest.mark.parametrize(
    ("kind", "method", "target", "place"),
    [
        (ResourceKind.JIRA_DC, "GET", "/rest/api/2/project/AB", Place(PlaceKind.PROJECT, "AB")),
        (
            ResourceKind.JIRA_DC,
            "GET",
            "/rest/api/2/project/10001/role",
            Place(PlaceKind.PROJECT, "10001"),
        ),
        (
            ResourceKind.JIRA_DC,
            "GET",
            "/rest/api/latest/issue/AB-1",
            Place(PlaceKind.ISSUE, "AB-1"),
        ),
        (ResourceKind.JIRA_DC, "HEAD", "/rest/api/2/issue/10002", Place(PlaceKind.ISSUE, "10002")),
        (
            ResourceKind.JIRA_DC,
            "POST",
            "/rest/api/2/issue/AB-1/comment",
            Place(PlaceKind.ISSUE, "AB-1"),
        ),
        (ResourceKind.JIRA_DC, "GET", "/rest/agile/1.0/issue/AB-1", Place(PlaceKind.ISSUE, "AB-1")),
        (
            ResourceKind.JIRA_CLOUD,
            "GET",
            "/rest/servicedeskapi/request/AB-1",
            Place(PlaceKind.ISSUE, "AB-1"),
        ),
        (
            ResourceKind.JIRA_CLOUD,
            "GET",
            "/rest/api/3/component?projectIdsOrKeys=AB",
            Place(PlaceKind.PROJECT, "AB"),
        ),
        (
            ResourceKind.JIRA_DC,
            "DELETE",
            "/rest/api/2/project/AB/role/10002",
            Place(PlaceKind.PROJECT, "AB"),
        ),
        (ResourceKind.CONFLUENCE_DC, "GET", "/rest/api/space/DS", Place(PlaceKind.SPACE, "DS")),
        (ResourceKind.CONFLUENCE_DC, "GET", "/rest/api/space/~ada", Place(PlaceKind.SPACE, "~ada")),
        (
            ResourceKind.CONFLUENCE_DC,
            "GET",
            "/rest/api/content/12/label",
            Place(PlaceKind.CONTENT, "12"),
        ),
        (
            ResourceKind.CONFLUENCE_DC,
            "GET",
            "/rest/api/content?spaceKey=DS&type=page",
            Place(PlaceKind.SPACE, "DS"),
        ),
        (
            ResourceKind.CONFLUENCE_CLOUD,
            "GET",
            "/wiki/api/v2/pages/12",
            Place(PlaceKind.PAGE, "12"),
        ),
        (
            ResourceKind.CONFLUENCE_CLOUD,
            "GET",
            "/wiki/api/v2/spaces/7/pages",
            Place(PlaceKind.SPACE_ID, "7"),
        ),
    ],
)
def test_a_place_in_the_path_or_the_query_is_certain(
    kind: ResourceKind, method: str, target: str, place: Place
) -> None:
    assert reached(kind, method, target) == [(place,)]


@pytest.mark.parametrize(
    ("kind", "method", "target"),
    [
        (ResourceKind.JIRA_DC, "GET", "/rest/api/2/search?jql=project=AB"),
        (ResourceKind.JIRA_DC, "POST", "/rest/api/2/search"),
        (ResourceKind.JIRA_DC, "POST", "/rest/api/2/issue"),
        (ResourceKind.JIRA_DC, "POST", "/rest/api/2/issue/bulk"),
        (ResourceKind.JIRA_DC, "GET", "/rest/api/2/project"),
        (ResourceKind.JIRA_DC, "GET", "/rest/api/2/attachment/10"),
        (ResourceKind.JIRA_DC, "GET", "/rest/api/2/filter/10"),
        (ResourceKind.JIRA_DC, "GET", "/rest/api/2/version/10"),
        (ResourceKind.JIRA_DC, "GET", "/rest/agile/1.0/board/1/issue"),
        (ResourceKind.JIRA_DC, "GET", "/rest/agile/1.0/epic/AB-1/issue"),
        (ResourceKind.JIRA_DC, "GET", "/rest/api/2/project/type/software"),
        (ResourceKind.JIRA_CLOUD, "POST", "/rest/api/3/issue/AB-1/worklog/move"),
        (ResourceKind.JIRA_CLOUD, "DELETE", "/rest/api/3/issue/AB-1/worklog"),
        (ResourceKind.JIRA_CLOUD, "POST", "/rest/api/2/issue/AB-1/changelog/list"),
        (ResourceKind.JIRA_DC, "PUT", "/rest/api/2/issue/AB-1/comment/10"),
        (ResourceKind.JIRA_DC, "DELETE", "/rest/api/2/issue/AB-1/worklog/10"),
        (ResourceKind.JIRA_DC, "GET", "/rest/servicedeskapi/request/AB-1/comment/10"),
        (ResourceKind.CONFLUENCE_DC, "DELETE", "/rest/api/content/12/child/attachment/13"),
        (ResourceKind.JIRA_CLOUD, "GET", "/rest/api/3/component"),
        (ResourceKind.JIRA_CLOUD, "GET", "/rest/api/3/component?projectidsorkeys=AB"),
        (ResourceKind.JIRA_CLOUD, "GET", "/rest/api/3/component?projectIdsOrKeys=AB;x=1"),
        (ResourceKind.JIRA_CLOUD, "GET", "/rest/api/3/component?projectIdsOrKeys=AB,%2A"),
        (ResourceKind.CONFLUENCE_DC, "GET", "/rest/api/content?type=page"),
        (ResourceKind.CONFLUENCE_DC, "GET", "/rest/api/content/search?cql=space=DS"),
        (ResourceKind.CONFLUENCE_DC, "POST", "/rest/api/content"),
        (ResourceKind.CONFLUENCE_DC, "PUT", "/rest/api/content/12"),
        (ResourceKind.CONFLUENCE_CLOUD, "PUT", "/wiki/api/v2/pages/12"),
        (ResourceKind.CONFLUENCE_CLOUD, "PUT", "/wiki/rest/api/content/12"),
        (ResourceKind.CONFLUENCE_CLOUD, "PUT", "/wiki/rest/api/content/12/move/append/13"),
        (ResourceKind.CONFLUENCE_CLOUD, "POST", "/wiki/rest/api/content/12/copy"),
    ],
)
def test_whatever_may_reach_other_projects_is_not_certain(
    kind: ResourceKind, method: str, target: str
) -> None:
    assert () in reached(kind, method, target)


@pytest.mark.parametrize("path", ["/rest/api/2/issue/AB-1.json", "/rest/api/2/project/AB.xml"])
def test_an_extension_makes_a_place_uncertain(path: str) -> None:
    assert () in reached(ResourceKind.JIRA_DC, "GET", path)


def test_a_space_with_a_dot_is_not_the_one_that_an_extension_leaves() -> None:
    assert () in reached(ResourceKind.CONFLUENCE_DC, "GET", "/rest/api/space/DS.json")


@pytest.mark.parametrize(
    "query", ["projectKeys=AB&projectKeys=CD", "projectKeys=AB,CD", "project%4Beys=AB%2CCD"]
)
def test_every_place_that_a_list_names_is_reached(query: str) -> None:
    target = f"/rest/api/2/user/assignable/multiProjectSearch?{query}"
    both = (Place(PlaceKind.PROJECT, "AB"), Place(PlaceKind.PROJECT, "CD"))
    assert reached(ResourceKind.JIRA_DC, "GET", target) == [both]


def test_too_many_places_are_not_certain() -> None:
    keys = ",".join(f"P{number}" for number in range(MOST_PLACES + 1))
    target = f"/rest/api/2/user/assignable/multiProjectSearch?projectKeys={keys}"
    assert reached(ResourceKind.JIRA_DC, "GET", target) == [()]


def _filled(operation: Operation, value: str) -> str:
    first, *others = re.split(r"\{\w+\}", operation.template)
    return (
        first
        + value
        + "".join("7" + other if index else other for index, other in enumerate(others))
    )


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_every_certain_operation_of_the_catalogue_names_its_place_first(kind: ResourceKind) -> None:
    certain = 0
    for operation in CATALOGUE.of_kind(kind).operations:
        for value in ("AB", "AB-1", "12", "~ada"):
            for place in places_of(operation, _filled(operation, value), ""):
                assert place.value == value, operation.name
                certain += 1
    assert certain > 50
