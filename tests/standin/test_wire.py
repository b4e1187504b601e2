"""What comes on the wire is noted as it came, and bodies of every kind go in and out."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
import requests

from tests.standin.calls import CREDENTIAL, get, last, raw, standing_in
from tests.standin.downloads import content
from tests.standin.notes import Notes, read_notes
from tests.standin.site import StandInSite
from tests.upstream.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.standin.server import StandInServer

UPLOADS = "/rest/api/2/issue/DEMO-1/attachments"
HEAD = f"Host: jira.example\r\nAuthorization: {CREDENTIAL}\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[StandInServer]:
    with standing_in() as server:
        yield server


def _url(server: StandInServer, path: str) -> str:
    return f"http://127.0.0.1:{server.port}{path}"


def test_the_head_is_noted_byte_by_byte(server: StandInServer) -> None:
    line = b"GET /rest/api/2/issue/\xff;x=%2e HTTP/1.1"
    raw(server, line + b"\r\nhOST: a\r\nX-Two:  b \r\nx-two: \xe4\r\n\r\n")
    note = last(server)
    assert note.line.encode("latin-1") == line
    assert note.header_lines == ("hOST: a", "X-Two:  b ", "x-two: \xe4")


def test_a_large_body_is_counted_and_digested(server: StandInServer) -> None:
    body = content(3_000_000)
    answer = requests.post(
        _url(server, UPLOADS), data=body, headers={"Authorization": CREDENTIAL}, timeout=10
    )
    assert answer.json()[0]["size"] == len(body)
    note = last(server)
    assert (note.body_framing, note.body_length) == ("length", len(body))
    assert note.body_sha256 == hashlib.sha256(body).hexdigest()


def test_a_chunked_body_is_counted_and_digested(server: StandInServer) -> None:
    pieces = [b"a" * 10, b"b" * 70_000, b"c"]
    answer = requests.post(
        _url(server, UPLOADS), data=iter(pieces), headers={"Authorization": CREDENTIAL}, timeout=10
    )
    assert answer.ok
    note = last(server)
    assert (note.body_framing, note.body_length) == ("chunked", 70_011)
    assert note.body_sha256 == hashlib.sha256(b"".join(pieces)).hexdigest()


def test_who_expects_to_be_told_to_go_on_is_told(server: StandInServer) -> None:
    head = f"POST {UPLOADS} HTTP/1.1\r\n{HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert raw(server, head.encode(), b"ab").statuses == [100, 200]


def test_one_connection_serves_many_requests(server: StandInServer) -> None:
    before = len(server.site.notes.all())
    request = f"GET /rest/api/2/myself HTTP/1.1\r\n{HEAD}\r\n".encode()
    assert raw(server, request * 3).statuses == [200, 200, 200]
    assert len(server.site.notes.since(before)) == 3


def test_head_is_a_get_without_its_body(server: StandInServer) -> None:
    answer = get(server, "/rest/api/2/serverInfo", method="HEAD")
    assert answer.statuses == [200]
    head, _, body = answer.text.partition("\r\n\r\n")
    assert "Content-Length: " in head
    assert body == ""


def test_a_download_comes_whole_and_in_parts(server: StandInServer) -> None:
    url = _url(server, "/rest/api/2/serverInfo?standin.bytes=5000000")
    headers = {"Authorization": CREDENTIAL}
    assert requests.get(url, headers=headers, timeout=10).content == content(5_000_000)
    for asked, part, told in (
        ("bytes=0-9", slice(0, 10), "bytes 0-9/5000000"),
        ("bytes=4999990-", slice(4_999_990, None), "bytes 4999990-4999999/5000000"),
        ("bytes=-5", slice(-5, None), "bytes 4999995-4999999/5000000"),
    ):
        answer = requests.get(url, headers=headers | {"Range": asked}, timeout=10)
        assert answer.status_code == 206
        assert answer.content == content(5_000_000)[part]
        assert answer.headers["Content-Range"] == told
    answer = requests.get(url, headers=headers | {"Range": "bytes=5000000-"}, timeout=10)
    assert answer.status_code == 416


def test_over_tls_it_is_the_same(tmp_path: Path) -> None:
    authority = TestAuthority(tmp_path)
    with standing_in(tls=authority.server_for("localhost")) as server:
        url = f"https://localhost:{server.port}/rest/api/2/serverInfo?standin.bytes=3000000"
        headers = {"Authorization": CREDENTIAL}
        answer = requests.get(url, headers=headers, verify=str(authority.ca_file), timeout=10)
    assert answer.content == content(3_000_000)


def test_long_json_comes_in_chunks(server: StandInServer) -> None:
    url = _url(server, "/rest/api/2/search?startAt=100&maxResults=50")
    answer = requests.get(url, headers={"Authorization": CREDENTIAL}, timeout=10)
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert [issue["key"] for issue in answer.json()["issues"]][-1] == "DEMO-120"


@pytest.mark.parametrize(
    "request_",
    [
        f"POST {UPLOADS} HTTP/1.1\r\n{HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        f"POST {UPLOADS} HTTP/1.1\r\n{HEAD}Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
        f"POST {UPLOADS} HTTP/1.1\r\n{HEAD}Content-Length: +1\r\n\r\na",
        f"POST {UPLOADS} HTTP/1.1\r\n{HEAD}Content-Length: 5\r\n\r\na",
        f"POST {UPLOADS} HTTP/1.1\r\n{HEAD}Content-Length: 99999999\r\n\r\n",
        f"POST {UPLOADS} HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        f"POST {UPLOADS} HTTP/1.1\r\n{HEAD}Transfer-Encoding: gzip\r\n\r\n",
        f"GET / HTTP/1.1\r\n{HEAD} folded\r\n\r\n",
        "GET /\r\n\r\n",
        "rubbish",
    ],
)
def test_what_cannot_be_read_in_one_way_only_is_refused_and_noted(
    server: StandInServer, request_: str
) -> None:
    assert raw(server, request_.encode()).statuses == [400]
    assert last(server).status == 400
    assert last(server).refused


def test_the_file_holds_what_the_memory_holds(server: StandInServer, tmp_path: Path) -> None:
    notes = Notes(tmp_path / "notes.jsonl")
    site = StandInSite(server.site.kind, server.site.hand_over, notes=notes)
    for note in server.site.notes.all():
        notes.take(note)
    assert site.notes.file is not None
    assert read_notes(site.notes.file) == list(server.site.notes.all())
