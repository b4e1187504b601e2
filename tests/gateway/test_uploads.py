"""Bodies go up as without the gateway, and those of refused calls do not go up at all."""

from __future__ import annotations

import socket
from http.client import HTTPResponse
from typing import TYPE_CHECKING

import pytest
from requests import Request

from tests.gateway.shapes import SERVICE_SECRET
from tests.gateway.side_by_side import side_by_side
from tests.standin.downloads import content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.bed import GatewayBed

UPLOADS = "/rest/api/2/issue/DEMO-1/attachments"
COMMENTS = "/rest/api/2/issue/DEMO-1/comment"
LARGE = 3_000_000
PAST_THE_CHECK = {"X-Atlassian-Token": "no-check"}


def test_a_form_with_a_large_file_arrives_as_it_was_sent(bed_of_either_mode: GatewayBed) -> None:
    files = {"file": ("build.log", content(LARGE), "text/plain")}
    form = Request("POST", "http://localhost/", files=files).prepare()
    body = form.body
    assert isinstance(body, bytes)
    pair = side_by_side(
        bed_of_either_mode,
        *("POST", UPLOADS, bed_of_either_mode.token("WRITE")),
        headers=PAST_THE_CHECK | {"Content-Type": form.headers["Content-Type"]},
        body=lambda: body,
    )
    pair.assert_alike()
    assert pair.through.status == 200
    assert pair.note.body_length > LARGE
    assert pair.note.headers["x-atlassian-token"] == "no-check"


@pytest.mark.parametrize(("size", "pieces"), [(65_536, 46), (7, 2_000), (1, 300)])
def test_a_body_in_chunks_arrives_whole(
    bed_of_either_mode: GatewayBed, size: int, pieces: int
) -> None:
    whole = content(size * pieces)

    def chunks() -> Iterator[bytes]:
        return (whole[start : start + size] for start in range(0, len(whole), size))

    token = bed_of_either_mode.token("WRITE")
    pair = side_by_side(
        bed_of_either_mode, "POST", UPLOADS, token, headers=PAST_THE_CHECK, body=chunks
    )
    pair.assert_alike()
    assert pair.through.status == 200
    assert pair.note_of_direct.body_framing == "chunked"
    assert pair.note.body_length == size * pieces


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_of_no_bytes_is_one(bed_of_either_mode: GatewayBed, method: str) -> None:
    path = {"POST": COMMENTS, "PUT": "/rest/api/2/issue/DEMO-1"}[method]
    token = bed_of_either_mode.token("WRITE")
    headers = {"Content-Length": "0", "Content-Type": "application/json"}
    side_by_side(bed_of_either_mode, method, path, token, headers=headers).assert_alike()


@pytest.mark.parametrize("by_the_gateway", [True, False], ids=["through", "direct"])
def test_who_asks_whether_to_send_a_body_is_told_to(
    gateway_bed: GatewayBed, *, by_the_gateway: bool
) -> None:
    body = content(LARGE)
    token = gateway_bed.token("WRITE") if by_the_gateway else SERVICE_SECRET
    port = gateway_bed.port if by_the_gateway else gateway_bed.standin.port
    with gateway_bed.watching() as seen, socket.create_connection(("127.0.0.1", port), 20) as peer:
        peer.sendall(_head(token, "Expect: 100-continue", f"Content-Length: {LARGE}"))
        assert peer.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        peer.sendall(body)
        assert _answer(peer).status == 200
    assert seen.one.body_length == LARGE


@pytest.mark.parametrize("lines", [(), ("Expect: 100-continue",)], ids=["", "asked"])
@pytest.mark.parametrize("scope", ["", "READ"])
def test_a_refused_call_is_answered_before_its_body_has_come(
    bed_of_either_mode: GatewayBed, lines: tuple[str, ...], scope: str
) -> None:
    token = bed_of_either_mode.token(scope) if scope else "no-token-at-all"
    address = ("127.0.0.1", bed_of_either_mode.port)
    with bed_of_either_mode.watching() as seen, socket.create_connection(address, 20) as peer:
        # Not one byte of the body is ever sent: who waits for it waits for ever.
        peer.sendall(_head(token, *lines, f"Content-Length: {LARGE}"))
        assert _answer(peer).status == (403 if scope else 401)
    assert seen.notes == ()


def test_a_refused_body_that_is_sent_anyway_stays_at_the_gateway(
    bed_of_either_mode: GatewayBed,
) -> None:
    token = bed_of_either_mode.token("READ")
    with bed_of_either_mode.watching() as seen:
        answer = bed_of_either_mode.request("POST", COMMENTS, token, data=content(LARGE))
    assert answer.status_code == 403
    assert answer.json()["error"] == "insufficient_scope"
    assert seen.notes == ()


def test_a_body_beyond_the_limit_is_refused_by_its_length(gateway_bed: GatewayBed) -> None:
    token = gateway_bed.token("WRITE")
    address = ("127.0.0.1", gateway_bed.port)
    with gateway_bed.watching() as seen, socket.create_connection(address, 20) as peer:
        peer.sendall(_head(token, f"Content-Length: {101 * 1024 * 1024}"))
        answer = _answer(peer)
        assert answer.status == 413
        assert (answer.getheader("Content-Type") or "").startswith("application/json")
    assert seen.notes == ()


def _head(token: str, *lines: str) -> bytes:
    given = ["Host: localhost", f"Authorization: Bearer {token}", "X-Atlassian-Token: no-check"]
    head = "\r\n".join([f"POST {UPLOADS} HTTP/1.1", *given, *lines])
    return f"{head}\r\n\r\n".encode()


def _answer(peer: socket.socket) -> HTTPResponse:
    answer = HTTPResponse(peer)
    answer.begin()
    answer.read()
    return answer
