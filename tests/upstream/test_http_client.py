"""What a call sends, what it gives back, and what it never tells."""

from __future__ import annotations

import logging
import threading
import traceback
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authserver.crypto.system import SystemClock
from authserver.domain.outbound import (
    HttpClient,
    OutboundAnswerInvalid,
    OutboundError,
    OutboundPolicy,
    OutboundReason,
    OutboundRefused,
    OutboundResponse,
    OutboundUnavailable,
)
from authserver.upstream.http_client import GuardedHttpClient
from tests.doubles import FakeClock
from tests.upstream.resolvers import ScriptedResolver
from tests.upstream.servers import LoopbackServer, Visit, always, answer, once

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.upstream.conftest import ClientFor

SECRET = "hunter2-hunter2"


def test_the_client_fits_the_port(client_for: ClientFor) -> None:
    client: HttpClient = client_for()
    assert isinstance(client, GuardedHttpClient)


def test_method_path_query_headers_and_body_arrive(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer(b"[1]", status="201 Made"))) as server:
        response = client_for(server).request(
            "POST",
            f"{server.origin}/a/%2e%2F/;p?q=%20&q=2",
            headers={"Authorization": "Bearer x", "Content-Type": "text/plain"},
            body=b"\x00body",
            accept="text/plain",
        )
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a/%2e%2F/;p?q=%20&q=2 HTTP/1.1"
    assert set(lines[1:]) == {
        f"Host: 127.0.0.1:{server.port}",
        "Accept: text/plain",
        "Accept-Encoding: identity",
        "User-Agent: authserver",
        "Authorization: Bearer x",
        "Content-Type: text/plain",
        "Content-Length: 5",
    }
    assert body == b"\x00body"
    assert (response.status, response.body) == (201, b"[1]")
    assert response.headers["content-type"] == "application/json"


def test_a_cookie_is_neither_kept_nor_shown(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer(extra=("Set-Cookie: a=b", "X: 1", "X: 2")))) as server:
        client = client_for(server)
        response = client.request("GET", server.origin)
        client.request("GET", server.origin)
    assert "set-cookie" not in response.headers
    assert response.headers["x"] == "1, 2"
    assert b"cookie" not in server.requests[1].lower()


def test_an_answer_cannot_be_changed(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer(SECRET.encode(), extra=(f"X: {SECRET}",)))) as server:
        response = client_for(server).request("GET", server.origin)
    with pytest.raises(AttributeError):
        response.status = 500  # type: ignore[misc]  # the point of the test
    with pytest.raises(TypeError):
        response.headers["x"] = "y"  # type: ignore[index]  # the point of the test
    assert SECRET not in repr(response)


@pytest.mark.parametrize("status", [200, 204, 304, 400, 401, 404, 429, 500])
def test_every_status_but_a_redirect_is_an_answer(client_for: ClientFor, status: int) -> None:
    told = answer(b"" if status in (204, 304) else b"x", status=f"{status} S")
    with LoopbackServer(always(told)) as server:
        client = client_for(server)
        for _ in range(2):
            assert client.request("GET", server.origin).status == status
        assert server.connections == 1


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("TRACE", {}),
        ("CONNECT", {}),
        ("get", {}),
        ("GET /admin HTTP/1.1\r\nX:", {}),
        ("GET", {"Host": "other.example"}),
        ("GET", {"cookie": "a=b"}),
        ("GET", {"Transfer-Encoding": "chunked"}),
        ("GET", {"Content-Length": "5"}),
        ("GET", {"Accept-Encoding": "gzip"}),
        ("GET", {"Connection": "upgrade"}),
        ("GET", {"Proxy-Authorization": "x"}),
        ("GET", {"X": f"{SECRET}\r\nY: z"}),
        ("GET", {"X": f"{SECRET}\n z"}),
        ("GET", {"X": "é"}),
        ("GET", {"X": ""}),
        ("GET", {"X:": "y"}),
        ("GET", {"X y": "z"}),
        ("GET", {"": "z"}),
    ],
)
def test_a_request_that_could_mean_something_else_is_not_sent(
    client_for: ClientFor, method: str, headers: dict[str, str]
) -> None:
    with LoopbackServer(always(answer())) as server, pytest.raises(OutboundRefused) as caught:
        client_for(server).request(method, server.origin, headers=headers)
    assert caught.value.reason is OutboundReason.REQUEST_REFUSED
    assert SECRET not in str(caught.value)
    assert server.connections == 0


def test_a_port_that_is_not_open_is_not_called() -> None:
    client = GuardedHttpClient(clock=FakeClock(), resolver=ScriptedResolver())
    with pytest.raises(OutboundRefused) as caught:
        client.request("GET", "https://public.example:8443/")
    assert caught.value.reason is OutboundReason.PORT_REFUSED


@pytest.mark.rule("F-27")
@pytest.mark.parametrize("answers", [None, [[]], [["not-an-address"]]])
def test_a_name_without_an_address_is_a_failure_of_dns(answers: list[list[str]] | None) -> None:
    resolver = ScriptedResolver() if answers is None else ScriptedResolver(public_example=answers)
    client = GuardedHttpClient(clock=FakeClock(), resolver=resolver)
    with pytest.raises(OutboundUnavailable) as caught:
        client.get_json("https://public.example/")
    assert caught.value.reason is OutboundReason.DNS_FAILED
    assert caught.value.origin == "https://public.example"


@pytest.mark.rule("F-27")
def test_a_slow_lookup_uses_up_the_time_of_the_call() -> None:
    clock = FakeClock()

    class SlowResolver:
        def resolve(self, host: str, port: int, *, timeout_seconds: float) -> list[str]:
            clock.advance(6)
            return ["93.184.216.34"]

    with pytest.raises(OutboundUnavailable) as caught:
        GuardedHttpClient(clock=clock, resolver=SlowResolver()).request("GET", "https://a.example")
    assert caught.value.reason is OutboundReason.TIMEOUT


def secrets_in(error: BaseException) -> str:
    """Everything a log could make of an error."""
    return "".join(
        [
            str(error),
            repr(error),
            repr(error.args),
            repr(vars(error)),
            *traceback.format_exception(error),
        ]
    )


LEAKS: list[tuple[str, bytes]] = [
    ("not_http", SECRET.encode() + b"\r\n\r\n"),
    ("bad_header", f"HTTP/1.1 200 OK\r\n{SECRET}\r\n\r\n".encode()),
    ("truncated", f"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{SECRET}".encode()),
    ("redirect", answer(status="302 F", extra=(f"Location: https://{SECRET}.example/",))),
    ("not_json", answer(f"<{SECRET}>".encode())),
    ("duplicate", answer(f'{{"{SECRET}":1,"{SECRET}":2}}'.encode())),
    ("status", answer(SECRET.encode(), status=f"500 {SECRET}")),
    ("content_type", answer(b"{}", kind=SECRET)),
]


@pytest.mark.rule("FE-14")
@pytest.mark.parametrize("told", [told for _, told in LEAKS], ids=[name for name, _ in LEAKS])
def test_an_error_repeats_nothing_of_request_and_answer(
    client_for: ClientFor, caplog: pytest.LogCaptureFixture, told: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    with LoopbackServer(once(told)) as server:
        client = client_for(server)
        with pytest.raises(OutboundError) as caught:
            client.request_json(
                "POST",
                f"{server.origin}/{SECRET}?token={SECRET}",
                headers={"Authorization": SECRET},
                body=SECRET.encode(),
            )
    assert SECRET not in secrets_in(caught.value)
    assert SECRET not in caplog.text
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert caught.value.origin == server.origin


@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{SECRET}@idp.example/",
        f"https://{SECRET}@idp.example/",
        f"https://idp.example/#{SECRET}",
        f"https://idp.example/{SECRET} ",
        f"https://idp.example:{SECRET}/",
        f"{SECRET}://idp.example/",
    ],
)
def test_an_error_repeats_nothing_of_a_url_that_was_refused(url: str) -> None:
    client = GuardedHttpClient(clock=FakeClock(), resolver=ScriptedResolver())
    with pytest.raises(OutboundRefused) as caught:
        client.get_json(url)
    assert SECRET not in secrets_in(caught.value)
    assert caught.value.origin == ""


def test_several_gets_share_one_connection(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer())) as server:
        client = client_for(server)
        for _ in range(5):
            client.get_json(server.origin)
        assert server.connections == 1
        client.close()
        client.get_json(server.origin)
        assert server.connections == 2


def test_what_may_not_be_repeated_travels_on_a_fresh_connection(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer())) as server:
        client = client_for(server)
        client.request("GET", server.origin)
        for count in (2, 3):
            client.request("POST", server.origin, body=b"")
            assert server.connections == count


def test_a_connection_that_rested_too_long_is_not_used_again(client_for: ClientFor) -> None:
    clock = FakeClock()
    with LoopbackServer(always(answer())) as server:
        client = client_for(server, clock=clock, max_idle_seconds=10)
        client.request("GET", server.origin)
        clock.advance(10)
        client.request("GET", server.origin)
        assert server.connections == 1
        clock.advance(10.1)
        client.request("GET", server.origin)
        assert server.connections == 2


def test_a_get_survives_that_the_server_hung_up_meanwhile(client_for: ClientFor) -> None:
    """Both when we see it in time and when the connection ends just as we use it."""
    hang_up = [False]

    def script(visit: Visit) -> bool:
        if hang_up[0]:
            hang_up[0] = False
            return False
        visit.say(answer())
        return True

    with LoopbackServer(script) as server:
        client = client_for(server)
        assert client.get_json(server.origin) == {}
        hang_up[0] = True
        assert client.get_json(server.origin) == {}
        assert server.connections == 2
    with LoopbackServer(once(answer())) as server:
        client = client_for(server)
        for _ in range(5):
            assert client.get_json(server.origin) == {}


def test_a_server_that_falls_silent_on_a_resting_connection_is_not_asked_twice(
    client_for: ClientFor,
) -> None:
    def script(visit: Visit) -> bool:
        if visit.number > 1:
            visit.hang()
        visit.say(answer())
        return True

    with LoopbackServer(script) as server:
        client = client_for(server)
        client.get_json(server.origin)
        with pytest.raises(OutboundUnavailable) as caught:
            client.request("GET", server.origin, total_seconds=0.1)
        assert caught.value.reason is OutboundReason.TIMEOUT
        assert server.connections == 1


def test_a_get_is_tried_again_as_often_as_the_policy_says(client_for: ClientFor) -> None:
    for retries, calls in ((0, 1), (2, 3)):
        with LoopbackServer(once(b"")) as server:
            client = client_for(server, get_retries=retries)
            with pytest.raises(OutboundUnavailable) as caught:
                client.request("GET", server.origin)
            assert caught.value.reason is OutboundReason.CONNECTION_BROKEN
            assert len(server.requests) == calls


def test_only_a_get_without_an_answer_is_tried_again(client_for: ClientFor) -> None:
    for method, told in (("POST", b""), ("DELETE", b""), ("GET", b"rubbish\r\n\r\n")):
        with LoopbackServer(once(told)) as server:
            with pytest.raises(OutboundError):
                client_for(server, get_retries=3).request(method, server.origin)
            assert len(server.requests) == 1


def test_a_call_that_succeeds_at_the_second_try_succeeds(client_for: ClientFor) -> None:
    def script(visit: Visit) -> None:
        if visit.number > 1:
            visit.say(answer())

    with LoopbackServer(script) as server:
        assert client_for(server, get_retries=1).get_json(server.origin) == {}


def test_the_next_address_is_tried_when_one_is_dead(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer())) as server:
        origin = f"http://jira.example:{server.port}"
        client = client_for(
            resolver=ScriptedResolver(jira_example=[["127.0.0.3", "::1", "127.0.0.1"]]),
            private_origins=frozenset({origin}),
        )
        assert client.get_json(origin) == {}


@pytest.mark.rule("FE-14")
def test_a_failing_origin_is_left_alone_for_a_while(client_for: ClientFor) -> None:
    clock = FakeClock()
    broken = [True]

    def script(visit: Visit) -> bool:
        if not broken[0]:
            visit.say(answer())
        return not broken[0]

    with LoopbackServer(script) as server, LoopbackServer(always(answer())) as other:
        client = client_for(server, other, clock=clock, breaker_failures=3)
        for reason, asked in (
            (OutboundReason.CONNECTION_BROKEN, 1),
            (OutboundReason.CONNECTION_BROKEN, 2),
            (OutboundReason.CONNECTION_BROKEN, 3),
            (OutboundReason.CIRCUIT_OPEN, 3),
        ):
            with pytest.raises(OutboundUnavailable) as caught:
                client.request("GET", server.origin)
            assert (caught.value.reason, len(server.requests)) == (reason, asked)
        assert client.get_json(other.origin) == {}
        clock.advance(30)
        broken[0] = False
        for _ in range(3):
            assert client.get_json(server.origin) == {}


@pytest.mark.parametrize(
    ("told", "opens"),
    [
        (answer(status="503 S"), True),
        (answer(status="502 S"), True),
        (answer(status="504 S"), True),
        (b"rubbish\r\n\r\n", True),
        (answer(status="500 S"), False),
        (answer(status="404 S"), False),
        (answer(status="429 S"), False),
        (answer(status="302 S"), False),
        (answer(extra=("Content-Encoding: gzip",)), False),
    ],
)
def test_an_origin_is_left_alone_only_for_what_says_that_it_is_ill(
    client_for: ClientFor, told: bytes, *, opens: bool
) -> None:
    with LoopbackServer(once(told)) as server:
        client = client_for(server, breaker_failures=2)
        reasons: list[OutboundReason] = []
        for _ in range(4):
            try:
                client.request("GET", server.origin)
            except OutboundError as error:
                reasons.append(error.reason)
        assert (OutboundReason.CIRCUIT_OPEN in reasons) is opens
        assert len(server.requests) == (2 if opens else 4)


def test_a_client_can_be_shared_between_threads(client_for: ClientFor) -> None:
    def script(visit: Visit) -> bool:
        number = visit.request.split(b" ", 2)[1].lstrip(b"/")
        visit.say(answer(b'{"number":%s}' % number))
        return True

    wrong: list[object] = []
    with LoopbackServer(script) as server:
        client = client_for(server)

        def work(first: int) -> None:
            for number in range(first, first + 20):
                told = client.get_json(f"{server.origin}/{number}")
                if told != {"number": number}:
                    wrong.append(told)

        threads = [threading.Thread(target=work, args=(n * 100 + 1,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.requests) == 120
    assert wrong == []


def _fuzzed(play: Callable[[bytes], None]) -> None:
    heads = st.sampled_from(
        [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
    )
    pieces = st.sampled_from(
        [
            b"\r\n",
            b"\r\n\r\n",
            b"Content-Length: ",
            b"Content-Type: application/json\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"0\r\n",
            b"5;x=y\r\n",
            b"-1\r\n",
            b"_1\r\n",
            b"0x1\r\n",
            b"ffffffffffffffffffffffff\r\n",
            b"{}",
            b": ",
            b"\x00",
        ]
    )
    noise = st.lists(pieces | st.binary(max_size=20), max_size=12).map(b"".join)

    @settings(
        max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.tuples(heads, noise).map(b"".join))
    def run(told: bytes) -> None:
        play(told)

    run()


@pytest.mark.rule("F-25")
def test_no_bytes_at_all_make_anything_but_an_answer_or_a_named_error() -> None:
    told = [b""]

    def script(visit: Visit) -> None:
        visit.say(told[0])

    with LoopbackServer(script) as server:
        client = GuardedHttpClient(
            clock=SystemClock(),
            policy=OutboundPolicy(
                private_origins=frozenset({server.origin}), breaker_failures=1000
            ),
        )

        def play(data: bytes) -> None:
            told[0] = data
            try:
                response = client.request("GET", server.origin)
            except OutboundError:
                return
            assert isinstance(response, OutboundResponse)

        _fuzzed(play)
        client.close()
    assert len(server.requests) >= 200


def test_a_json_call_takes_2xx_and_4xx_and_get_json_takes_200(client_for: ClientFor) -> None:
    with LoopbackServer(once(answer(b'{"error":"x"}', status="400 Bad"))) as server:
        client = client_for(server)
        told = client.request_json("POST", server.origin, body=b"grant_type=x")
        assert (told.status, told.document) == (400, {"error": "x"})
        assert told.headers["content-type"] == "application/json"
        assert b"\r\nAccept: application/json\r\n" in server.requests[0]
        with pytest.raises(OutboundAnswerInvalid) as caught:
            client.get_json(server.origin)
        assert (caught.value.reason, caught.value.status) == (OutboundReason.STATUS, 400)
    with LoopbackServer(once(answer(b"{}", status="500 Bad"))) as server:
        with pytest.raises(OutboundAnswerInvalid) as caught:
            client_for(server).request_json("POST", server.origin, body=b"")
        assert (caught.value.reason, caught.value.status) == (OutboundReason.STATUS, 500)


@pytest.mark.rule("FE-14")
@pytest.mark.rule("F-25")
@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (answer(b"<html>sign in</html>", kind="text/html"), OutboundReason.NOT_JSON),
        (answer(b'{"a":1}', kind="text/html"), OutboundReason.NOT_JSON),
        (answer(b"[]"), OutboundReason.NOT_JSON),
        (answer(b'{"a":'), OutboundReason.NOT_JSON),
        (answer(b'{"a":1,"a":2}'), OutboundReason.NOT_JSON),
        (answer(b'{"a":"\xff"}'), OutboundReason.NOT_JSON),
        (answer(b""), OutboundReason.NOT_JSON),
        (answer(b'{"a":"' + b"x" * 10_000_000 + b'"}'), OutboundReason.TOO_LARGE),
    ],
    ids=["html", "type", "array", "truncated", "members", "utf-8", "empty", "10-mb"],
)
def test_a_json_call_gives_an_object_or_an_error(
    client_for: ClientFor, told: bytes, reason: OutboundReason
) -> None:
    with LoopbackServer(once(told)) as server:
        client = client_for(server)
        for call in (
            lambda: client.get_json(server.origin),
            lambda: client.request_json("GET", server.origin),
        ):
            with pytest.raises(OutboundAnswerInvalid) as caught:
                call()
            assert caught.value.reason is reason
            assert caught.value.origin == server.origin
