"""Limits on what may come in, each exceeded (HT-02)."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import pytest

from tests.rfc.lanes import FORM_PATHS, INTROSPECT, TOKEN
from tests.rfc.raw import listen, request
from tests.rfc.served import FORM_TYPE, HEAD_SECONDS

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.rfc.lanes import Lane
    from tests.rfc.served import Served

BODY_LIMIT: Final = 65_536
HEADERS_LIMIT: Final = 16_384
FIELDS_LIMIT: Final = 100
SLOW_CLIENTS: Final = 50


@pytest.mark.rule("HT-02")
def test_a_body_over_64_kib_is_refused(lane: Lane, reader: Caller, jira: Site) -> None:
    for path in FORM_PATHS:
        authorization = jira.authorization if path == INTROSPECT else reader.authorization
        form = "grant_type=client_credentials&token=x&unknown="
        filled = form + "x" * (BODY_LIMIT - len(form))
        assert lane.post(path, filled, authorization).status == 200
        assert lane.post(path, filled + "x", authorization).error == (413, "invalid_request")
    assert lane.knock("POST", "/", b"x" * (BODY_LIMIT + 1)).status == 413


@pytest.mark.rule("HT-02")
def test_headers_over_16_kib_and_targets_over_8_kib_are_refused(lane: Lane) -> None:
    for path in ("/livez", "/", "/oauth2/jwks", "/nothing"):
        fine = lane.knock("GET", path, headers={"X-Long": "x" * (HEADERS_LIMIT - 100)})
        assert fine.status in {200, 404}
        one = lane.knock("GET", path, headers={"X-Long": "x" * HEADERS_LIMIT})
        many = {f"X-Many-{number}": "x" * 100 for number in range(HEADERS_LIMIT // 100)}
        assert one.status == lane.knock("GET", path, headers=many).status == 431
        assert lane.knock("GET", path, query="x" * 8_192).status == 414


@pytest.mark.rule("HT-02")
def test_more_than_100_fields_are_refused(lane: Lane, reader: Caller) -> None:
    fields = [("grant_type", "client_credentials")]
    fields += [(f"f{number}", "x") for number in range(FIELDS_LIMIT - 1)]
    assert lane.post(TOKEN, fields, reader.authorization).status == 200
    for more in ([("f", "x")], [("", "")], [("f", "x")] * 5_000):
        answer = lane.post(TOKEN, fields + more, reader.authorization)
        assert answer.error == (400, "invalid_request")
        assert answer.description == "body: at most 100 fields"
    assert lane.post(TOKEN, "&" * 30_000, reader.authorization).status == 400


@pytest.mark.rule("HT-02")
def test_over_a_socket_the_limits_hold_too(served: Served) -> None:
    for size in (HEADERS_LIMIT, 40_000, 200_000):
        assert served.knock("GET", "/livez", "X-Long: " + "x" * size).statuses == [431]
    many = [f"X-Many-{number}: x" for number in range(500)]
    assert served.knock("GET", "/livez", *many).statuses == [431]
    assert served.knock("GET", "/livez?" + "x" * 9_000).statuses == [414]
    assert served.knock("GET", "/" + "x" * 70_000).statuses in ([414], [431])
    declared = served.knock(
        "POST", TOKEN, FORM_TYPE, served.authorization, f"Content-Length: {8 * 1_048_576}"
    )
    assert declared.statuses == [413]
    assert served.instance.token(served.caller)


@pytest.mark.rule("HT-02")
def test_clients_that_never_end_their_head_are_let_go_and_disturb_nobody(served: Served) -> None:
    began = time.monotonic()
    with ExitStack() as stack:
        slow = []
        for _ in range(SLOW_CLIENTS):
            connection = socket.create_connection(("127.0.0.1", served.instance.port))
            slow.append(stack.enter_context(connection))
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        while time.monotonic() < began + HEAD_SECONDS / 2:
            for connection in slow:
                connection.sendall(b"x")
            assert served.instance.token(served.caller)
        answers = [listen(connection) for connection in slow]
    assert all(answer.closed for answer in answers)
    assert all(b"200" not in answer.said[:15] for answer in answers)


@pytest.mark.rule("HT-02")
def test_a_body_that_ends_early_is_no_request(served: Served) -> None:
    sent = request(
        "POST", TOKEN, FORM_TYPE, served.authorization, "Content-Length: 60", body=b"grant_type="
    )
    with socket.create_connection(("127.0.0.1", served.instance.port)) as connection:
        connection.sendall(sent + b"client_credentials")
        connection.shutdown(socket.SHUT_WR)
        heard = listen(connection)
    assert b"access_token" not in heard.said
    assert heard.statuses in ([400], [])
