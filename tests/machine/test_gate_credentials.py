"""The gate in front of the form endpoints, seen from outside: how a client says who it is."""

from __future__ import annotations

from urllib.parse import quote_plus

import pytest

from authserver.machine.client_credentials import JWT_BEARER
from tests.machine.doors import Door, basic
from tests.machine.token_requests import BODY, HEADER

ASSERTION = "client_assertion=e.y.J&client_assertion_type=" + quote_plus(JWT_BEARER)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.mark.rule("CA-02")
@pytest.mark.parametrize(
    ("body", "authorization"),
    [
        ("client_id=reporting&client_secret=swordfish", HEADER),
        ("client_id=other&client_secret=x", HEADER),
        ("client_secret=x", HEADER),
        (ASSERTION, HEADER),
        (f"client_id=a&client_secret=b&{ASSERTION}", None),
        ("client_id=other", HEADER),
    ],
)
def test_two_client_authentications_in_one_request_are_refused(
    door: Door, body: str, authorization: str | None
) -> None:
    answer = door.post(f"{BODY}&{body}", authorization=authorization)
    assert answer.error in ((400, "invalid_request"), (401, "invalid_client"))


@pytest.mark.rule("CA-04")
@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic ====",
        "Basic bm8gY29sb24=",
        "Basic aWQ6/w==",
        "Basic aWQ6YQBi",
        "Basic " + "A" * 5000,
        "basic aWQ6",
        "Negotiate abc",
        f"{HEADER},{HEADER}",
        f"{HEADER}, ",
        "Basic ÿ",
    ],
)
def test_malformed_credentials_are_a_401_and_nothing_worse(door: Door, authorization: str) -> None:
    answer = door.post(BODY, authorization=authorization)
    assert answer.error == (401, "invalid_client")
    assert answer.description == "client authentication failed"
    assert answer.headers["www-authenticate"].startswith('Basic realm="')


@pytest.mark.rule("CA-04")
@pytest.mark.parametrize("secret", ["ü" * 10, "%C3%BC", "x" * 10_000, "a%00", "%ff", "\ud800"])
def test_odd_secrets_in_the_body_are_never_a_5xx(door: Door, secret: str) -> None:
    body = f"{BODY}&client_id=a&client_secret={secret}".encode("utf-8", "surrogatepass")
    assert door.post(body).status in (200, 400)


@pytest.mark.rule("CA-05")
@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("a%3Ab:s%3At", ["a:b", "s:t"]),
        ("a:100%25", ["a", "100%"]),
        ("a:x%2By", ["a", "x+y"]),
        ("a:x+y", ["a", "x y"]),
        ("a:x%20y", ["a", "x y"]),
        ("a:%C3%BC", ["a", "ü"]),
        ("a:%2541", ["a", "%41"]),
    ],
)
def test_basic_values_are_form_decoded_once(door: Door, sent: str, read: list[str]) -> None:
    header = basic(*sent.split(":", 1))
    assert door.post(BODY, authorization=header).json["credentials"][1:3] == read
