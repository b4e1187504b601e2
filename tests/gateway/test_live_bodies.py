"""Through a real nginx: bodies, methods, ranges and framing as without a gateway (HT-02, HT-03)."""

from __future__ import annotations

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from typing import TYPE_CHECKING, Final

import pytest

from authserver.gateway.site_configuration import Mode
from tests.gateway.stub_bed import BY_SESSION, CALL, SESSION, TOKEN, Bed, a_bed, refused
from tests.gateway.stub_servers import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.gateway.stub_servers import Seen

UPLOAD: Final = bytes(range(256)) * 12_000
JSON_TYPE: Final = ("Content-Type", "application/json")


@pytest.fixture(scope="module", params=list(Mode))
def module_bed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bed]:
    with a_bed(tmp_path_factory.mktemp("bed"), mode=request.param, max_body="4m") as bed:
        yield bed


@pytest.fixture
def bed(module_bed: Bed) -> Bed:
    module_bed.reset()
    return module_bed


def test_an_upload_of_3_mb_arrives_whole(bed: Bed) -> None:
    multipart = ("Content-Type", "multipart/form-data; boundary=x")
    answer = bed.call(CALL, TOKEN, multipart, method="POST", body=UPLOAD)
    ((asked,), (seen,)) = bed.take()

    assert answer.body == b"site:" + UPLOAD
    assert seen.header("Content-Type") == multipart[1]
    assert (asked.body, asked.header("Content-Length")) == (b"", None)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_chunked_upload_arrives_whole_and_with_its_length(method: str, bed: Bed) -> None:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (b"abc", UPLOAD, b"z"))
    head = f"{method} {CALL} HTTP/1.1\r\nHost: x\r\n{TOKEN[0]}: {TOKEN[1]}\r\n"
    answer = bed.send(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    (_, (seen,)) = bed.take()

    assert answer.status == 200
    assert seen.body == b"abc" + UPLOAD + b"z"
    assert seen.header("Content-Length") == str(len(seen.body))


def test_an_upload_that_waits_for_leave_gets_it(bed: Bed) -> None:
    for credential in (TOKEN, SESSION):
        if credential is SESSION:
            if bed.site_configuration.mode is Mode.API_HOST:
                continue
            bed.decision = BY_SESSION
        expecting = (credential, JSON_TYPE, ("Expect", "100-continue"))
        answer = bed.call(CALL, *expecting, method="POST", body=b"{}")
        assert (answer.status, answer.body) == (200, b"site:{}")


def test_a_refused_upload_is_not_waited_for(bed: Bed) -> None:
    bed.decision = refused(403, "403")
    head = (
        f"POST {CALL} HTTP/1.1\r\nHost: x\r\n{TOKEN[0]}: {TOKEN[1]}\r\nContent-Length: 3000000\r\n"
    )

    assert bed.send(head.encode() + b"\r\n").status == 403
    assert bed.take()[1] == []


@pytest.mark.rule("HT-02")
def test_a_body_over_the_limit_is_refused(bed: Bed) -> None:
    for target in (CALL, "/secure/x"):
        announced = bed.send(
            f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 4194305\r\n\r\n".encode()
        )
        assert (announced.status, announced.json["error"]) == (413, "invalid_request")
    assert bed.take() == ([], [])

    with socket.create_connection(("127.0.0.1", bed.port), timeout=20) as connection:
        connection.sendall(
            f"POST {CALL} HTTP/1.1\r\nHost: x\r\n{TOKEN[0]}: {TOKEN[1]}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n500000\r\n".encode()
        )
        connection.sendall(b"x" * 0x400001)
        response = HTTPResponse(connection)
        response.begin()
        assert response.status == 413
    assert bed.take()[1] == []


@pytest.mark.rule("HT-02")
@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /rest/" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /rest/" + b"x" * 18_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /rest/ HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 18_000 + b"\r\n\r\n", 431),
        (b"GET /rest/ HTTP/1.1\r\nHost: x\r\n" + (b"A: " + b"x" * 7_000 + b"\r\n") * 12, 431),
    ],
)
def test_what_is_too_long_is_refused_in_json(request_bytes: bytes, status: int, bed: Bed) -> None:
    answer = bed.send(request_bytes)

    assert (answer.status, answer.json["error"]) == (status, "invalid_request")
    assert bed.take() == ([], [])


def test_a_token_as_long_as_any_that_is_read_reaches_the_decision(bed: Bed) -> None:
    """Entra ID puts up to two hundred groups into one."""
    token = "Bearer " + "x" * 16_384

    assert bed.call(CALL, ("Authorization", token)).status == 200
    asked, _ = bed.take()
    assert [seen.header("Authorization") for seen in asked] == [token]


@pytest.mark.rule("HT-03")
@pytest.mark.rule("FA-15")
@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Content-Length: 3\r\nContent-Length: 4",
        "Content-Length: 3\r\nContent-Length: 3",
        "Content-Length: 3, 3",
        "Content-Length: +3",
        "Content-Length: 0x3",
        "Content-Length: -1",
        "Content-Length: 3 4",
        "Content-Length : 3",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding : chunked",
        "Host: y",
        "X: a\r\n folded",
        "X\x00: a",
        "X y: a",
    ],
)
def test_ambiguous_framing_is_refused(head: str, bed: Bed) -> None:
    for target in (CALL, "/secure/x"):
        raw = f"POST {target} HTTP/1.1\r\nHost: x\r\n{TOKEN[0]}: {TOKEN[1]}\r\n{head}\r\n\r\n"
        answer = bed.send(raw.encode() + b"0\r\n\r\n")

        assert answer.status in {400, 501}, head
        assert answer.json["error"] == "invalid_request"
        assert bed.take() == ([], [])


@pytest.mark.rule("HT-03")
@pytest.mark.parametrize(
    "body", [b"zz\r\nabc\r\n0\r\n\r\n", b"-1\r\n", b"3\r\nabcX0\r\n\r\n", b"fffffffffffffffff\r\n"]
)
def test_a_broken_chunk_reaches_nobody(body: bytes, bed: Bed) -> None:
    head = f"POST {CALL} HTTP/1.1\r\nHost: x\r\n{TOKEN[0]}: {TOKEN[1]}\r\n"
    answer = bed.send(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + body)

    assert answer.status in {400, 413}
    assert bed.take()[1] == []


@pytest.mark.rule("FA-06")
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "GET\x00", "g\xe4t"])
def test_methods_that_are_none_are_refused(method: str, bed: Bed) -> None:
    raw = f"{method} {CALL} HTTP/1.1\r\nHost: x\r\n{TOKEN[0]}: {TOKEN[1]}\r\n\r\n"
    answer = bed.send(raw.encode("latin-1"))

    assert answer.status in {400, 405}
    assert bed.take() == ([], [])


@pytest.mark.rule("FA-06")
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE", "PUT", "PATCH", "FOO"])
def test_the_decision_is_about_the_method_of_the_call(method: str, bed: Bed) -> None:
    answer = bed.call(CALL, TOKEN, method=method)
    ((asked,), (seen,)) = bed.take()

    assert answer.status == 200
    assert asked.header("X-Original-Method") == seen.method == method
    assert asked.method == "GET"


def test_head_has_the_length_and_no_body(bed: Bed) -> None:
    answer = bed.call(CALL, TOKEN, method="HEAD")

    assert (answer.header("Content-Length"), answer.body) == ("5", b"")


def test_a_part_of_a_download_is_asked_for_and_answered(bed: Bed) -> None:
    bed.page = Reply(206, (("Content-Range", "bytes 0-3/9"), ("ETag", '"1"')), b"part")
    asked_for = (("Range", "bytes=0-3"), ("If-Range", '"1"'), ("If-None-Match", '"2"'))
    answer = bed.call(CALL, TOKEN, *asked_for)
    (_, (seen,)) = bed.take()

    assert (answer.status, answer.body) == (206, b"part")
    assert answer.header("Content-Range") == "bytes 0-3/9"
    assert {name: seen.header(name) for name, _ in asked_for} == dict(asked_for)


@pytest.mark.rule("FA-07")
@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-Urlencoded; charset=utf-8",
        "application/x-www-form-urlencoded;",
    ],
)
def test_forms_that_could_sign_in_do_not_pass_beside_a_token(kind: str, bed: Bed) -> None:
    form = b"os_username=admin&os_password=x"
    answer = bed.call(CALL, TOKEN, ("Content-Type", kind), method="POST", body=form)

    assert (answer.status, answer.json["error"]) == (415, "invalid_request")
    assert bed.logged(answer)["deny_reason"] == "form-body"
    assert bed.take() == ([], [])


def test_a_form_of_a_page_passes(tmp_path: Path) -> None:
    form = ("Content-Type", "application/x-www-form-urlencoded")
    with a_bed(tmp_path, mode=Mode.IN_FRONT) as bed:
        bed.decision = BY_SESSION
        for target in ("/login.jsp", CALL):
            answer = bed.call(target, SESSION, form, method="POST", body=b"a=b")
            assert answer.body == b"site:a=b"


def test_each_call_of_a_connection_is_decided(bed: Bed) -> None:
    connection = HTTPConnection("127.0.0.1", bed.port, timeout=20)
    statuses = []
    for decision in (bed.decision, refused(403, "403"), bed.decision, refused(401, "401")):
        bed.decision = decision
        connection.request("GET", CALL, headers=dict([TOKEN]))
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    (asked, seen) = bed.take()

    assert statuses == [200, 403, 200, 401]
    assert (len(asked), len(seen)) == (4, 2)


def test_pipelined_calls_are_each_decided(bed: Bed) -> None:
    def decide(seen: Seen) -> Reply:
        hidden = "/hidden" in (seen.header("X-Original-URI") or "")
        return refused(403, "403") if hidden else allowed

    allowed, before = bed.decision, bed.decisions.reply
    bed.decisions.reply = decide
    one = f"GET {CALL} HTTP/1.1\r\nHost: x\r\n{TOKEN[0]}: {TOKEN[1]}\r\n\r\n"
    two = one.replace(CALL, "/rest/hidden").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
    with socket.create_connection(("127.0.0.1", bed.port), timeout=20) as connection:
        connection.sendall((one + two).encode())
        answers = connection.makefile("rb").read()
    bed.decisions.reply = before

    assert re.findall(rb"HTTP/1.1 ([0-9]+)", answers) == [b"200", b"403"]
    assert [seen.target for seen in bed.take()[1]] == [CALL]


def test_fifty_at_once_get_each_their_own(bed: Bed) -> None:
    def one(number: int) -> bytes:
        body = str(number).encode()
        return bed.call(CALL, TOKEN, JSON_TYPE, method="POST", body=body).body

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(one, range(200)))

    assert answers == [b"site:%d" % number for number in range(200)]
    assert len(bed.take()[0]) == 200
