"""atlassian-python-api calls Jira and Confluence through nginx, as its users do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from atlassian import Confluence, Jira

from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import ResourceKind
from tests.gateway.bed import ACCOUNT, GatewayBed
from tests.gateway.shapes import SERVICE_ACCOUNT, Shape
from tests.standin.downloads import ATTACHMENT_SIZE, content
from tests.standin.jira_answers import ISSUES
from tests.standin.wiki_answers import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.instances import Instance

READ, WRITE = "READ", "WRITE"


@pytest.fixture(scope="module")
def data_center(
    gateway_server: Instance, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayBed]:
    folder, shape = tmp_path_factory.mktemp("jira-dc"), Shape(context_path="/jira")
    with GatewayBed(folder, shape, gateway_server, "jira-dc") as bed:
        yield bed


@pytest.fixture(scope="module")
def cloud(
    gateway_server: Instance, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayBed]:
    folder, shape = tmp_path_factory.mktemp("jira-cloud"), Shape(kind=ResourceKind.JIRA_CLOUD)
    with GatewayBed(folder, shape, gateway_server, "jira-cloud") as bed:
        yield bed


@pytest.fixture(scope="module")
def wiki(
    gateway_server: Instance, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayBed]:
    shape = Shape(HandOverKind.ASSERTION, kind=ResourceKind.CONFLUENCE_DC)
    folder = tmp_path_factory.mktemp("confluence-dc")
    with GatewayBed(folder, shape, gateway_server, "confluence-dc") as bed:
        yield bed


@pytest.fixture(autouse=True)
def _nothing_of_the_callers_arrives(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    for name in ("data_center", "cloud", "wiki"):
        if name in request.fixturenames:
            bed: GatewayBed = request.getfixturevalue(name)
            assert not bed.standin.site.notes.smelly()


def _jira(bed: GatewayBed, *scopes: str, cloud: bool = False) -> Jira:
    return Jira(url=bed.url, token=bed.token(*scopes), cloud=cloud)


def test_a_reader_reads_as_the_account_of_the_gateway(data_center: GatewayBed) -> None:
    jira = _jira(data_center, READ)
    assert jira.myself()["name"] == SERVICE_ACCOUNT
    issue = jira.issue("DEMO-7")
    assert issue["key"] == "DEMO-7"


def test_every_page_of_a_search_comes(data_center: GatewayBed) -> None:
    jira = _jira(data_center, READ)
    with data_center.watching() as seen:
        keys: list[str] = []
        while page := (jira.jql("project = DEMO", start=len(keys), limit=50) or {})["issues"]:
            keys += [issue["key"] for issue in page]
    assert keys == [f"DEMO-{number}" for number in range(1, ISSUES + 1)]
    assert [note.target.partition("startAt=")[2].partition("&")[0] for note in seen.notes] == [
        "0",
        "50",
        "100",
        "120",
    ]


def test_a_reader_who_writes_is_told_the_scope_that_is_missing(data_center: GatewayBed) -> None:
    jira = _jira(data_center, READ)
    with data_center.watching() as seen, pytest.raises(requests.HTTPError) as refusal:
        jira.issue_add_comment("DEMO-1", "no")
    answer = refusal.value.response
    assert answer.status_code == 403
    assert answer.json()["error"] == "insufficient_scope"
    assert WRITE in answer.json()["error_description"]
    assert f'scope="{WRITE}"' in answer.headers["WWW-Authenticate"]
    assert seen.notes == ()
    # What somebody sees who runs a script with it.
    assert WRITE in str(refusal.value)


def test_a_bad_token_is_told_as_such(data_center: GatewayBed) -> None:
    jira = _jira(data_center, READ)
    jira._session.headers["Authorization"] = "Bearer x.y.z"
    with pytest.raises(requests.HTTPError, match="the token is expired, revoked"):
        jira.issue("DEMO-1")


def test_a_writer_comments(data_center: GatewayBed) -> None:
    jira = _jira(data_center, READ, WRITE)
    with data_center.watching() as seen:
        comment = jira.issue_add_comment("DEMO-1", "done")
    assert (comment or {})["body"] == "done"
    assert seen.one.operation == "POST /rest/api/2/issue/{issueIdOrKey}/comment"


def test_a_writer_uploads_an_attachment(data_center: GatewayBed, tmp_path: Path) -> None:
    file = tmp_path / "build.log"
    file.write_bytes(content(ATTACHMENT_SIZE))
    jira = _jira(data_center, READ, WRITE)
    with data_center.watching() as seen:
        jira.add_attachment("DEMO-1", str(file))
    assert seen.one.operation == "POST /rest/api/2/issue/{issueIdOrKey}/attachments"
    assert seen.one.body_length > ATTACHMENT_SIZE
    assert seen.one.headers["x-atlassian-token"] == "no-check"


def test_an_attachment_comes_back_whole(cloud: GatewayBed) -> None:
    jira = _jira(cloud, "read:jira-work", cloud=True)
    assert jira.get_attachment_content("10300") == content(ATTACHMENT_SIZE)


def test_cloud_pages_are_followed_by_their_tokens(cloud: GatewayBed) -> None:
    jira = _jira(cloud, "read:jira-work", cloud=True)
    found, token = [], None
    while True:
        page = jira.enhanced_jql("project = DEMO", nextPageToken=token, limit=50) or {}
        found += page["issues"]
        token = page.get("nextPageToken")
        if token is None:
            break
    assert len(found) == ISSUES


def test_confluence_pages_and_attachments(wiki: GatewayBed, tmp_path: Path) -> None:
    confluence = Confluence(url=wiki.url, token=wiki.token(READ, WRITE))
    page = confluence.get_page_by_id("2001")
    assert page["version"]["by"]["username"] == ACCOUNT
    listed = list(confluence.get_all_pages_from_space_as_generator("DEMO", limit=25))
    assert len(listed) == PAGES


def test_a_password_is_refused(data_center: GatewayBed) -> None:
    jira = Jira(url=data_center.url, username="mlindqvist", password="hunter2")
    with data_center.watching() as seen, pytest.raises(requests.HTTPError) as refusal:
        jira.myself()
    assert refusal.value.response.status_code == 403
    assert seen.notes == ()
