"""What a call sends and what it gives back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from authserver.domain.outbound import (
    HttpClient,
    OutboundAnswerInvalid,
    OutboundReason,
    OutboundRefused,
    OutboundUnavailable,
)
from authserver.upstream.http_client import GuardedHttpClient
from tests.doubles import FakeClock
from tests.upstream.resolvers import ScriptedResolver
from tests.upstream.servers import LoopbackServer, Visit, always, answer, once

if TYPE_CHECKING:
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
