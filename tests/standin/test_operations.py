"""Every operation of the catalogue answers, and nothing else does."""

from __future__ import annotations

import json

import pytest
import requests

from authserver.catalogue.loader import load_catalogue
from authserver.domain.resources import SITE_KINDS, ResourceKind
from tests.catalogue.example_paths import example_path
from tests.standin.calls import CREDENTIAL, get, last, standing_in

KINDS = list(SITE_KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_operation_of_the_catalogue_answers_under_its_own_name(kind: ResourceKind) -> None:
    operations = load_catalogue().operations.of_kind(kind).operations
    wrong = []
    with standing_in(kind=kind, context_path="/site") as server, requests.Session() as session:
        session.headers["Authorization"] = CREDENTIAL
        for operation in operations:
            url = f"http://127.0.0.1:{server.port}/site{example_path(operation)}"
            answer = session.request(operation.method, url, timeout=10)
            session.cookies.clear()
            noted = last(server).operation
            if answer.status_code not in (200, 201, 204) or noted != (
                f"{operation.method} {operation.template}"
            ):
                wrong.append((operation.method, operation.template, answer.status_code, noted))
    assert wrong == []
    assert len(operations) > 100


@pytest.mark.parametrize(
    "path",
    ["/", "/rest/api/2/nothing", "/rest/api/2", "/secure/Dashboard.jspa", "/jira/rest/api/2"],
)
def test_what_the_catalogue_does_not_know_is_not_there(path: str) -> None:
    with standing_in() as server:
        answer = get(server, path)
        assert answer.statuses == [404]
        body = json.loads(answer.text.partition("\r\n\r\n")[2])
        assert set(body) == {"errorMessages", "errors"}
        assert last(server).operation == ""


def test_without_its_context_path_nothing_is_there() -> None:
    with standing_in(context_path="/jira") as server:
        assert get(server, "/rest/api/2/serverInfo").statuses == [404]
        assert get(server, "/jira/rest/api/2/serverInfo").statuses == [200]


def test_a_method_that_the_path_does_not_know_is_told_the_ones_it_knows() -> None:
    with standing_in() as server:
        answer = get(server, "/rest/api/2/serverInfo", method="DELETE")
        assert answer.statuses == [405]
        assert "\r\nAllow: GET, HEAD, OPTIONS\r\n" in answer.text


def test_options_tells_the_methods() -> None:
    with standing_in() as server:
        answer = get(server, "/rest/api/2/issue/DEMO-1", method="OPTIONS")
        assert answer.statuses == [200]
        assert "\r\nAllow: DELETE, GET, HEAD, OPTIONS, PUT\r\n" in answer.text


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (ResourceKind.JIRA_DC, "/rest/api/latest/serverInfo"),
        (ResourceKind.JIRA_CLOUD, "/rest/api/latest/serverInfo"),
        (ResourceKind.JIRA_DC, "/rest/api/2/serverInfo/"),
    ],
)
def test_latest_and_a_slash_at_the_end_mean_the_same_operation(
    kind: ResourceKind, path: str
) -> None:
    with standing_in(kind=kind) as server:
        assert get(server, path).statuses == [200]


@pytest.mark.parametrize(
    ("target", "acted_on"),
    [
        ("/rest/api/2/issue/DEMO-1;jsessionid=1?a=b", "/rest/api/2/issue/DEMO-1"),
        ("/rest/api/2/x/..;/issue/DEMO-1", "/rest/api/2/issue/DEMO-1"),
        ("/rest/api/2/x/%2e%2e/issue/DEMO-1", "/rest/api/2/issue/DEMO-1"),
        ("/rest/api/2/x/../../2/issue/DEMO-1", "/rest/api/2/issue/DEMO-1"),
        ("/rest//api/./2/issue%2FDEMO-1", "/rest/api/2/issue/DEMO-1"),
        ("/rest/api/2\\issue%5cDEMO-1", "/rest/api/2/issue/DEMO-1"),
        ("http://other.example/rest/api/2/issue/DEMO-1", "/rest/api/2/issue/DEMO-1"),
        ("/rest/api/2/issue/DEMO%252d1", "/rest/api/2/issue/DEMO%2d1"),
        ("/../../rest/api/2/issue/DEMO-1", "/rest/api/2/issue/DEMO-1"),
    ],
)
def test_a_bent_path_is_acted_on_as_a_lenient_tomcat_would(target: str, acted_on: str) -> None:
    with standing_in() as server:
        assert get(server, target).statuses == [200]
        assert last(server).acted_on == acted_on
        assert last(server).target == target
        assert last(server).operation == "GET /rest/api/2/issue/{issueIdOrKey}"
