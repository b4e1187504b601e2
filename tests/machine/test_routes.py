"""The route table of the machine lane."""

from __future__ import annotations

import pytest

from authserver.machine.operations import livez
from authserver.machine.routes import Route, environ_key, lane_owns, route_table
from tests.machine.doors import Door


@pytest.mark.parametrize(
    "path",
    [
        "/oauth2/token",
        "/oauth2/jwks",
        "/.well-known/openid-configuration",
        "/gateway/auth-request",
        "/access/v1/evaluation",
        "/livez",
        "/readyz",
        "/metrics",
    ],
)
def test_endpoints_for_machines_belong_to_the_lane(path: str) -> None:
    assert lane_owns(path)


@pytest.mark.parametrize(
    "path", ["/", "/login", "/oauth2/authorize", "/oauth2/logout", "/admin/", "/gateway", "", "*"]
)
def test_pages_do_not(path: str) -> None:
    assert not lane_owns(path)


@pytest.mark.parametrize(
    "path",
    [
        "/oauth2/token/",
        "/oauth2//token",
        "//oauth2/token",
        "/OAuth2/token",
        "/oauth2/Token",
        "/oauth2/token;x",
        "/oauth2/token.json",
        "/oauth2/token\x00",
        "/oauth2/./token",
        "/x/../oauth2/token",
        "oauth2/token",
        "/gateway/nothing",
        "/.well-known/nothing",
        "/oauth2/introspect",
        "",
        "*",
    ],
)
def test_only_the_exact_path_leads_to_an_endpoint(path: str) -> None:
    answer = Door().knock("POST", path, b"grant_type=x")
    assert answer.error == (404, "not_found")


def test_get_serves_head_without_a_body() -> None:
    door = Door()
    full = door.knock("GET", "/livez")
    head = door.knock("HEAD", "/livez")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == full.headers["content-length"] == str(len(full.body))


@pytest.mark.parametrize("method", ["POST", "get", "", "TRACE", "CONNECT", "PROPFIND", "G ET"])
def test_another_method_is_405_and_names_the_allowed_ones(method: str) -> None:
    answer = Door().knock(method, "/livez")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("routes", "complaint"),
    [
        ((Route("/livez", {"GET": livez}), Route("/livez", {"GET": livez})), "two routes"),
        ((Route("/login", {"GET": livez}),), "does not belong"),
        ((Route("/livez", {"get": livez}),), "capitals"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(
    routes: tuple[Route, ...], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        route_table(routes)


def test_headers_are_found_where_wsgi_puts_them() -> None:
    assert environ_key("Authorization") == "HTTP_AUTHORIZATION"
    assert environ_key("Content-Type") == "CONTENT_TYPE"
    assert environ_key("X-Gateway-Authorization") == "HTTP_X_GATEWAY_AUTHORIZATION"


def test_an_endpoint_sees_only_the_headers_its_route_names() -> None:
    sent = {"Authorization": "x", "Cookie": "y", "X-Other": "z", "If-None-Match": ""}
    answer = Door().knock("GET", "/oauth2/userinfo", headers=sent)
    assert answer.json["headers"] == {"authorization": "x", "if-none-match": ""}
