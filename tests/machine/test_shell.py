"""The shell around both lanes: names, headers, limits, log."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authserver.domain.calls import Call
from authserver.machine.correlation import current_request_id
from authserver.machine.responses import Response, json_response
from authserver.machine.routes import Route
from tests.doubles import EPOCH
from tests.machine.doors import Door, basic

if TYPE_CHECKING:
    from authserver.machine.requests import Request

CANARY = "swordfish-canary"


def test_every_answer_carries_the_security_headers() -> None:
    door = Door()
    for method, path in (("GET", "/livez"), ("GET", "/nothing"), ("PUT", "/oauth2/token")):
        headers = door.knock(method, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["cache-control"] == "no-store"
        assert headers["x-request-id"]


def test_strict_transport_is_promised_only_over_https() -> None:
    assert (
        "strict-transport-security"
        not in Door(issuer="http://a:8000").knock("GET", "/livez").headers
    )


@pytest.mark.rule("HT-06")
def test_no_answer_tells_a_version() -> None:
    for path in ("/livez", "/nothing", "/oauth2/token"):
        answer = Door().knock("GET", path)
        assert answer.headers["server"] == "authserver"
        assert not re.search(r"\d+\.\d+\.\d+|python|granian|flask|werkzeug", str(answer).lower())


@pytest.mark.rule("HT-06")
def test_trace_and_connect_are_refused() -> None:
    for path in ("/livez", "/", "/oauth2/token"):
        for method in ("TRACE", "CONNECT", "TRACK"):
            assert Door().knock(method, path).status in (404, 405)


@pytest.mark.rule("TK-13")
@pytest.mark.parametrize("origin", ["https://auth.example", "https://evil.example", "null"])
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "GET"])
def test_no_origin_is_let_in(method: str, origin: str) -> None:
    sent = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for path in ("/oauth2/token", "/oauth2/jwks", "/livez"):
        answer = Door().knock(method, path, headers=sent)
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_an_endpoint_that_allows_caching_is_not_contradicted() -> None:
    assert Door().knock("GET", "/oauth2/jwks").headers["cache-control"] == "public, max-age=300"


def test_an_answer_without_a_body_has_no_length() -> None:
    def unchanged(_: Request) -> Response:
        return Response(304, (("ETag", '"a"'), ("Cache-Control", "public")), b"")

    answer = Door((Route("/oauth2/jwks", {"GET": unchanged}),)).knock("GET", "/oauth2/jwks")
    assert (answer.status, answer.body) == (304, b"")
    assert "content-length" not in answer.headers


def test_request_ids_are_128_bit_and_never_alike() -> None:
    door = Door()
    seen = {door.knock("GET", "/livez").headers["x-request-id"] for _ in range(50)}
    assert len(seen) == 50
    assert all(re.fullmatch("[0-9a-f]{32}", identifier) for identifier in seen)


@pytest.mark.parametrize(
    ("peer", "given", "kept"),
    [
        ("127.0.0.1", "a" * 32, True),
        ("127.0.0.1", "2b6f-AZ_09-abcdefgh", True),
        ("192.0.2.7", "a" * 32, False),
        ("127.0.0.1", "short", False),
        ("127.0.0.1", "a" * 65, False),
        ("127.0.0.1", "a" * 31 + "\n", False),
        ("127.0.0.1", "a" * 31 + '"', False),
        ("127.0.0.1", "a" * 31 + "ü", False),
        ("127.0.0.1", "", False),
    ],
)
def test_a_request_id_is_taken_only_from_a_trusted_proxy_and_well_formed(
    peer: str, given: str, *, kept: bool
) -> None:
    door = Door(proxies=["127.0.0.0/8"])
    sent = {"X-Request-ID": given, "X-Forwarded-For": "192.0.2.7"}
    answer = door.knock("GET", "/oauth2/userinfo", headers=sent, peer=peer)
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.json["request_id"] == answer.headers["x-request-id"]


def test_the_request_id_is_at_hand_while_the_request_runs_and_not_after() -> None:
    seen: list[str] = []

    def endpoint(_: Request) -> Response:
        seen.append(current_request_id())
        return json_response({})

    answer = Door((Route("/readyz", {"GET": endpoint}),)).knock("GET", "/readyz")
    assert seen == [answer.headers["x-request-id"]]
    assert current_request_id() == ""


def test_the_raw_target_counts_only_from_a_trusted_proxy() -> None:
    door = Door(proxies=["127.0.0.0/8"])
    sent = {"X-Raw-Target": "/oauth2/user%69nfo?x"}
    trusted = door.knock("GET", "/oauth2/userinfo", headers=sent, peer="127.0.0.1")
    direct = door.knock("GET", "/oauth2/userinfo", headers=sent)
    assert trusted.json["raw_target"] == "/oauth2/user%69nfo?x"
    assert direct.json["raw_target"] is None


@pytest.mark.rule("HT-02")
def test_headers_over_16_kib_together_are_431() -> None:
    door = Door()
    assert door.knock("GET", "/livez", headers={"X-A": "a" * 16_000}).status == 200
    assert door.knock("GET", "/livez", headers={"X-A": "a" * 16_384}).status == 431
    many = {f"X-{number}": "a" * 100 for number in range(200)}
    assert door.knock("GET", "/livez", headers=many).status == 431


def test_a_target_over_8_kib_is_414() -> None:
    assert Door().knock("GET", "/livez", query="a" * 8_192).status == 414
    assert Door().knock("GET", "/" + "a" * 8_192).status == 414


def test_two_hosts_are_refused() -> None:
    assert Door().knock("GET", "/livez", headers={"Host": "a.example,b.example"}).status == 400


@pytest.mark.rule("MD-01")
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": ""},
        {"Host": "auth.example:1"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/evil"},
        {"Forwarded": "host=evil.example;proto=http"},
        {"X-Original-URL": "/evil", "X-Rewrite-URL": "/evil"},
    ],
)
@pytest.mark.parametrize("peer", ["192.0.2.7", "127.0.0.1"])
def test_no_header_about_hosts_changes_a_machine_answer(headers: dict[str, str], peer: str) -> None:
    door = Door(proxies=["127.0.0.0/8"])
    plain = door.knock("GET", "/oauth2/jwks", peer=peer)
    bent = door.knock("GET", "/oauth2/jwks", peer=peer, headers=headers)
    assert (bent.status, bent.body) == (plain.status, plain.body)
    assert b"evil" not in b"".join(str(pair).encode() for pair in bent.headers.items())


def test_an_endpoint_can_tell_the_core_when_who_and_under_which_id() -> None:
    calls: list[Call] = []

    def endpoint(request: Request) -> Response:
        calls.append(request.call)
        return json_response({})

    answer = Door((Route("/readyz", {"GET": endpoint}),)).knock("GET", "/readyz")
    assert calls == [Call(EPOCH, answer.headers["x-request-id"], "192.0.2.7")]


def test_every_answer_is_one_entry_of_the_access_log_without_anything_secret() -> None:
    door = Door()
    door.post(f"code={CANARY}", authorization=basic("a", CANARY), query=CANARY)
    door.knock("GET", "/livez", query=CANARY, headers={"Cookie": CANARY})
    door.knock("GET", "/nothing", peer="rubbish")
    assert [entry[1:5] for entry in door.entries] == [
        ("POST", "/oauth2/token", "/oauth2/token", 400),
        ("GET", "/livez", "/livez", 200),
        ("GET", "", "/nothing", 404),
    ]
    assert [entry.peer for entry in door.entries] == ["192.0.2.7", "192.0.2.7", ""]
    assert [entry.received_at for entry in door.entries] == [EPOCH] * 3
    assert CANARY not in str(door.entries)


def test_answers_are_counted_by_route_and_status_and_never_by_raw_path() -> None:
    door = Door()
    door.knock("GET", "/livez")
    door.knock("GET", "/livez")
    for number in range(20):
        door.knock("GET", f"/nothing/{number}")
    count = "authserver_http_request_seconds_count"
    sample = door.registry.get_sample_value
    assert sample(count, {"route": "/livez", "status": "200"}) == 2
    assert sample(count, {"route": "none", "status": "404"}) == 20


def test_an_answer_that_says_nothing_about_caches_is_not_stored() -> None:
    plain = Route("/readyz", {"GET": lambda _: Response(200, (), b"x")})
    assert Door((plain,)).knock("GET", "/readyz").headers["cache-control"] == "no-store"
