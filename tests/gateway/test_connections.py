"""Connections are kept, filled and shared as without the gateway."""

from __future__ import annotations

import json
import socket
from http.client import HTTPConnection, HTTPResponse
from typing import TYPE_CHECKING

import pytest

from tests.gateway.shapes import SERVICE_SECRET

if TYPE_CHECKING:
    from tests.gateway.bed import GatewayBed

CALLS = 300
PIPELINED = 40
KEYS = tuple(f"DEMO-{number}" for number in range(1, PIPELINED + 1))


def test_hundreds_of_calls_go_over_one_connection(bed_of_either_mode: GatewayBed) -> None:
    bed = bed_of_either_mode
    may, may_not = bed.token("WRITE"), bed.token("READ")
    connection = HTTPConnection("localhost", bed.port, timeout=20)
    connection.connect()
    first = connection.sock
    expected = 0
    with bed.watching() as seen:
        for number in range(CALLS):
            method, key = ("GET", "HEAD", "PUT")[number % 3], KEYS[number % PIPELINED]
            token, status = (may, 204 if method == "PUT" else 200)
            if number % 7 == 0 and method == "PUT":
                token, status = may_not, 403
            expected += token == may
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            body = b"{}" if method == "PUT" else None
            connection.request(method, f"/rest/api/2/issue/{key}", body, headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == status, content
            if method == "GET":
                assert json.loads(content)["key"] == key
            assert connection.sock is first, "the connection was closed"
    connection.close()
    assert len(seen.notes) == expected


@pytest.mark.parametrize("whose", ["the gateway's", "the site's"])
def test_calls_sent_at_once_are_answered_in_their_order(
    bed_of_either_mode: GatewayBed, whose: str
) -> None:
    bed = bed_of_either_mode
    by_the_gateway = whose == "the gateway's"
    token = bed.token("READ") if by_the_gateway else SERVICE_SECRET
    calls = b"".join(_get(key, token) for key in KEYS)
    port = bed.port if by_the_gateway else bed.standin.port
    with bed.watching() as seen:
        answers = _pipelined(port, calls, PIPELINED)
    assert [status for status, _ in answers] == [200] * PIPELINED
    assert [json.loads(body)["key"] for _, body in answers] == list(KEYS)
    assert [note.acted_on.rpartition("/")[2] for note in seen.notes] == list(KEYS)


@pytest.mark.rule("FA-11")
def test_a_verdict_stays_with_its_call_when_many_are_sent_at_once(
    bed_of_either_mode: GatewayBed,
) -> None:
    bed = bed_of_either_mode
    tokens = (bed.token("READ"), "nobody", bed.token("WRITE"), "")
    calls = [_get(key, tokens[number % 4]) for number, key in enumerate(KEYS)]
    with bed.watching() as seen:
        answers = _pipelined(bed.port, b"".join(calls), PIPELINED)
    assert [status for status, _ in answers] == [200, 401, 200, 401] * (PIPELINED // 4)
    allowed = [json.loads(body)["key"] for status, body in answers if status == 200]
    assert allowed == list(KEYS[::2])
    assert [note.acted_on.rpartition("/")[2] for note in seen.notes] == allowed


def _get(key: str, token: str) -> bytes:
    given = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET /rest/api/2/issue/{key} HTTP/1.1\r\nHost: localhost\r\n{given}\r\n".encode()


class _Shared:
    """One buffered reader for all answers: each `HTTPResponse` would make its own."""

    def __init__(self, peer: socket.socket) -> None:
        self._file = peer.makefile("rb")

    def makefile(self, mode: str) -> _Shared:
        return self

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def close(self) -> None:
        """The next answer comes from here too."""


def _pipelined(port: int, calls: bytes, count: int) -> list[tuple[int, bytes]]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(calls)
        shared = _Shared(peer)
        answers = []
        for _ in range(count):
            answer = HTTPResponse(shared)  # type: ignore[arg-type]  # makefile is enough
            answer.begin()
            answers.append((answer.status, answer.read()))
    return answers
