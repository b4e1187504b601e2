"""Answers come down as without the gateway: whole, in parts, unchanged, packed, and slowly."""

from __future__ import annotations

import socket
from hashlib import sha256
from http.client import HTTPResponse
from typing import TYPE_CHECKING

import pytest

from tests.gateway.side_by_side import side_by_side
from tests.standin.answers import MODIFIED, STAGED, TAG
from tests.standin.downloads import content

if TYPE_CHECKING:
    from tests.gateway.bed import GatewayBed

ISSUE = "/rest/api/2/issue/DEMO-1"
SIZE = 5_000_000
LARGE = f"{ISSUE}?standin.bytes={SIZE}"


def test_a_large_answer_comes_down_whole(bed_of_either_mode: GatewayBed) -> None:
    pair = side_by_side(bed_of_either_mode, "GET", LARGE, bed_of_either_mode.token("READ"))
    pair.assert_alike()
    assert sha256(pair.through.body).digest() == sha256(content(SIZE)).digest()


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("bytes=0-0", 206),
        ("bytes=1000000-1999999", 206),
        ("bytes=-5", 206),
        ("bytes=4999990-", 206),
        ("bytes=5000000-", 416),
        ("bytes=0-1,4-5", 200),
        ("lines=1-2", 200),
    ],
)
def test_parts_are_the_site_s_to_give(
    bed_of_either_mode: GatewayBed, asked: str, status: int
) -> None:
    token = bed_of_either_mode.token("READ")
    pair = side_by_side(bed_of_either_mode, "GET", LARGE, token, headers={"Range": asked})
    pair.assert_alike()
    assert pair.through.status == status


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("If-None-Match", TAG, 304),
        ("If-None-Match", '"another"', 200),
        ("If-Modified-Since", MODIFIED, 304),
        ("If-Modified-Since", "Sat, 31 Oct 2026 10:00:00 GMT", 200),
        ("If-Range", TAG, 206),
        ("If-Range", '"another"', 200),
    ],
)
def test_what_the_caller_has_already_is_not_sent_again(
    bed_of_either_mode: GatewayBed, name: str, value: str, status: int
) -> None:
    headers = {name: value} | ({"Range": "bytes=10-19"} if name == "If-Range" else {})
    token = bed_of_either_mode.token("READ")
    path = f"{ISSUE}?standin.answer=tagged"
    pair = side_by_side(bed_of_either_mode, "GET", path, token, headers=headers)
    pair.assert_alike()
    assert pair.through.status == status


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_packed_answer_stays_packed_as_it_was(
    bed_of_either_mode: GatewayBed, encoding: str
) -> None:
    token = bed_of_either_mode.token("READ")
    path = f"{ISSUE}?standin.answer=gzip"
    headers = {"Accept-Encoding": encoding}
    pair = side_by_side(bed_of_either_mode, "GET", path, token, headers=headers)
    pair.assert_alike()
    assert pair.through.body == STAGED["gzip"].body


@pytest.mark.parametrize("path", [ISSUE, LARGE, f"{ISSUE}?standin.answer=gzip"])
def test_a_head_is_a_get_without_its_body(bed_of_either_mode: GatewayBed, path: str) -> None:
    token = bed_of_either_mode.token("READ")
    pair = side_by_side(bed_of_either_mode, "HEAD", path, token)
    pair.assert_alike()
    assert pair.through.status == 200
    assert pair.through.body == b""
    assert int(pair.through.headers["content-length"]) > 0


def test_long_json_comes_in_chunks_as_the_site_sends_it(bed_of_either_mode: GatewayBed) -> None:
    token = bed_of_either_mode.token("READ")
    pair = side_by_side(bed_of_either_mode, "GET", "/rest/api/2/search?maxResults=100", token)
    pair.assert_alike()
    assert pair.through.headers["transfer-encoding"] == "chunked"


def test_a_slow_reader_gets_everything_and_holds_up_nobody(
    bed_of_either_mode: GatewayBed,
) -> None:
    bed = bed_of_either_mode
    token = bed.token("READ")
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(20)
        slow.connect(("127.0.0.1", bed.port))
        slow.sendall(
            f"GET {LARGE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        answer = HTTPResponse(slow)
        answer.begin()
        taken = sha256()
        # Between its first pieces the slow one waits until others have been served.
        for _ in range(20):
            taken.update(answer.read(1000))
            assert bed.request("GET", ISSUE, token).status_code == 200
        taken.update(answer.read())
    assert taken.digest() == sha256(content(SIZE)).digest()
