"""curl calls Jira through nginx: what it prints is what scripts see."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from authserver.domain.resources import ResourceKind
from tests.gateway.bed import GatewayBed
from tests.gateway.shapes import Shape
from tests.not_run import not_run
from tests.standin.downloads import ATTACHMENT_SIZE, content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.instances import Instance

READ, WRITE = "read:jira-work", "write:jira-work"
ISSUE = "/rest/api/3/issue/DEMO-1"


@pytest.fixture(scope="module")
def bed(gateway_server: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayBed]:
    if shutil.which("curl") is None:
        not_run("curl through the gateway", "curl not found")
    shape = Shape(kind=ResourceKind.JIRA_CLOUD)
    with GatewayBed(tmp_path_factory.mktemp("curl"), shape, gateway_server, "curl") as bed:
        yield bed
        assert not bed.standin.site.notes.smelly()


def _curl(bed: GatewayBed, path: str, *options: str, token: str = "") -> tuple[int, bytes]:
    """Status and body."""
    given = ("--oauth2-bearer", token) if token else ()
    done = subprocess.run(
        ["curl", "-sS", "--path-as-is", "-w", "\n%{http_code}", *given, *options, bed.url + path],
        capture_output=True,
        timeout=60,
        check=True,
    )
    body, _, status = done.stdout.rpartition(b"\n")
    return int(status), body


def test_reading_is_allowed(bed: GatewayBed) -> None:
    status, body = _curl(bed, ISSUE, token=bed.token(READ))
    assert status == 200
    assert json.loads(body)["key"] == "DEMO-1"


@pytest.mark.trap(5)
def test_writing_is_refused_and_the_missing_scope_is_named(bed: GatewayBed) -> None:
    comment = ("--json", '{"body": "no"}')
    with bed.watching() as seen:
        status, body = _curl(bed, f"{ISSUE}/comment", *comment, token=bed.token(READ))
    assert status == 403
    told = json.loads(body)
    assert told["error"] == "insufficient_scope"
    assert WRITE in told["error_description"]
    assert told["decision_id"]
    assert seen.notes == ()


def test_a_comment_is_taken_with_the_wider_token(bed: GatewayBed) -> None:
    comment = ("--json", '{"body": "done"}')
    status, body = _curl(bed, f"{ISSUE}/comment", *comment, token=bed.token(READ, WRITE))
    assert status == 201
    assert json.loads(body)["body"] == "done"


@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "chunked"])
def test_an_attachment_goes_up(bed: GatewayBed, tmp_path: Path, *, chunked: bool) -> None:
    file = tmp_path / "build.log"
    file.write_bytes(content(ATTACHMENT_SIZE))
    options = ["-F", f"file=@{file}", "-H", "X-Atlassian-Token: no-check"]
    options += ["-H", "Transfer-Encoding: chunked"] if chunked else []
    with bed.watching() as seen:
        status, body = _curl(bed, f"{ISSUE}/attachments", *options, token=bed.token(READ, WRITE))
    assert status == 200
    assert json.loads(body)[0]["size"] == seen.one.body_length > ATTACHMENT_SIZE


def test_an_attachment_comes_down_whole_and_in_parts(bed: GatewayBed) -> None:
    path, token = "/rest/api/3/attachment/content/10300", bed.token(READ)
    assert _curl(bed, path, token=token) == (200, content(ATTACHMENT_SIZE))
    assert _curl(bed, path, "-r", "100-199", token=token) == (206, content(200)[100:])


def test_head_and_options_are_answered(bed: GatewayBed) -> None:
    token = bed.token(READ)
    status, head = _curl(bed, ISSUE, "-I", token=token)
    assert status == 200
    assert b"Set-Cookie" not in head


@pytest.mark.parametrize(
    "path",
    [
        f"{ISSUE}/../../../../secure/Dashboard.jspa",
        f"{ISSUE};a=b",
        "/rest/api/3/issue%2fDEMO-1",
        "/rest//api/3/issue/DEMO-1",
        "/secure/Dashboard.jspa",
        f"{ISSUE}?os_username=a&os_password=b",
    ],
)
def test_paths_that_are_no_operation_are_refused(bed: GatewayBed, path: str) -> None:
    with bed.watching() as seen:
        status, body = _curl(bed, path, token=bed.token(READ))
    assert status in {400, 403}
    assert json.loads(body)["error_description"]
    assert seen.notes == ()


def test_nothing_at_all_is_told_what_to_bring(bed: GatewayBed) -> None:
    status, body = _curl(bed, ISSUE)
    assert status == 401
    assert json.loads(body)["error_description"]
