"""The pages' application runs in an environment that nobody outside can bend."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, Response, request, url_for

from authserver.machine.pages_lane import StreamBroken
from tests.machine.doors import Door

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

CLAIMS = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "203.0.113.66",
    "Forwarded": "host=evil.example",
    "X-Real-IP": "203.0.113.66",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "X-HTTP-Method-Override": "DELETE",
    "Proxy": "http://evil.example",
}


@pytest.fixture
def seen() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def door(seen: list[dict[str, Any]]) -> Door:
    application = Flask(__name__)

    @application.route("/", methods=["GET", "POST", "DELETE"])
    def front() -> str:
        seen.append(dict(request.environ))
        return f"{url_for('front', _external=True)} {request.method} {request.remote_addr}"

    @application.post("/echo")
    def echo() -> bytes:
        return request.get_data()

    @application.get("/data")
    def data() -> Response:
        return Response("{}", headers={"Cache-Control": "private", "X-Frame-Options": "DENY"})

    @application.get("/stream")
    def stream() -> Response:
        def chunks() -> Iterator[str]:
            yield "one "
            yield "two"

        return Response(chunks())

    @application.get("/stream-that-breaks")
    def breaks() -> Response:
        def chunks() -> Iterator[str]:
            yield "one "
            raise RuntimeError("swordfish-canary")

        return Response(chunks())

    return Door(pages=application.wsgi_app, proxies=["127.0.0.0/8"])


@pytest.mark.rule("MD-01")
@pytest.mark.parametrize("peer", ["192.0.2.7", "127.0.0.1"])
def test_links_name_the_issuer_whatever_the_headers_say(door: Door, peer: str) -> None:
    answer = door.knock("GET", "/", headers=CLAIMS, peer=peer)
    assert answer.body.decode().split()[0] == "https://auth.example/"
    assert b"evil" not in str(answer).encode()


def test_views_see_the_peer_and_the_request_id_of_the_shell(
    door: Door, seen: list[dict[str, Any]]
) -> None:
    answer = door.knock("GET", "/", headers=CLAIMS)
    assert answer.body.decode().split()[1:] == ["GET", "192.0.2.7"]
    assert seen[0]["authserver.request_id"] == answer.headers["x-request-id"]
    assert seen[0]["authserver.peer"] == "192.0.2.7"


def test_neither_claims_nor_the_process_environment_reach_the_views(
    door: Door, seen: list[dict[str, Any]]
) -> None:
    sent = CLAIMS | {"X-Kept": "yes", "Cookie": "a=b"}
    door.knock("GET", "/", headers=sent, changes={"DATABASE_PASSWORD": "swordfish-canary"})
    assert "swordfish-canary" not in str(seen)
    assert "evil" not in str(seen)
    assert (seen[0]["HTTP_X_KEPT"], seen[0]["HTTP_COOKIE"]) == ("yes", "a=b")


def test_pages_get_the_strict_policy_and_are_not_stored(door: Door) -> None:
    headers = door.knock("GET", "/").headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


def test_what_a_view_sets_itself_stays(door: Door) -> None:
    headers = door.knock("GET", "/data").headers
    assert headers["cache-control"] == "private"
    assert headers["x-frame-options"] == "DENY"


def test_bodies_reach_the_views_whole_and_only_to_the_limit(door: Door) -> None:
    assert door.knock("POST", "/echo", b"a" * 65_536).body == b"a" * 65_536
    chunked = door.knock("POST", "/echo", b"abc", changes={"CONTENT_LENGTH": None})
    assert chunked.body == b"abc"
    assert door.knock("POST", "/echo", b"a" * 65_537).status == 413
    assert (
        door.knock("POST", "/echo", b"a" * 65_537, changes={"CONTENT_LENGTH": None}).status == 413
    )


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get", ""])
def test_methods_that_no_page_has_stop_at_the_shell(
    door: Door, seen: list[dict[str, Any]], method: str
) -> None:
    answer = door.knock(method, "/")
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]
    assert seen == []


def test_head_is_answered_without_a_body(door: Door) -> None:
    assert door.knock("HEAD", "/").body == b""


def test_a_stream_is_passed_on(door: Door) -> None:
    assert door.knock("GET", "/stream").body == b"one two"
    assert door.entries[-1].sent == -1


def test_a_stream_that_breaks_tells_the_server_nothing_but_that(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(StreamBroken) as broken:
        door.knock("GET", "/stream-that-breaks")
    assert "swordfish-canary" not in str(broken.value)
    assert broken.value.__suppress_context__
    assert "a streamed answer broke off" in caplog.text


def raises(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    raise RuntimeError("swordfish-canary")


def raises_late(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Length", "3")])
    yield b"a"
    raise RuntimeError("swordfish-canary")


def never_starts(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    return [b"x"]


@pytest.mark.parametrize("application", [raises, raises_late, never_starts])
def test_an_application_that_breaks_is_a_plain_500(application: WSGIApplication) -> None:
    answer = Door(pages=application).knock("GET", "/")
    assert answer.error == (500, "server_error")
    assert "swordfish-canary" not in str(answer)


def test_an_application_may_write_in_the_old_way() -> None:
    def old(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        write = start_response("200 OK", [("Content-Length", "4")])
        write(b"ab")
        return [b"cd"]

    assert Door(pages=old).knock("GET", "/").body == b"abcd"


def test_pages_are_counted_under_one_label(door: Door) -> None:
    door.knock("GET", "/")
    door.knock("GET", "/nobody/knows/this")
    sample = door.registry.get_sample_value
    count = "authserver_http_request_seconds_count"
    assert sample(count, {"route": "pages", "status": "200"}) == 1
    assert sample(count, {"route": "pages", "status": "404"}) == 1


def test_the_issuers_port_is_the_servers_port(seen: list[dict[str, Any]]) -> None:
    application = Flask(__name__)

    @application.get("/")
    def front() -> str:
        seen.append(dict(request.environ))
        return ""

    Door(pages=application.wsgi_app, issuer="http://localhost:8000").knock("GET", "/")
    names = ("wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT")
    assert [seen[0][name] for name in names] == ["http", "localhost:8000", "localhost", "8000"]
