"""An access token comes in one place, which is never the query string (RFC 6750)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from authserver.domain.errors import ProtocolRefusal
from authserver.machine.introspection import SIGNED, wants_signed
from authserver.machine.routes import Route
from authserver.machine.userinfo import userinfo_endpoint
from authserver.services.userinfo import UserinfoAnswer
from tests.machine.doors import FORM, Answer, Door

if TYPE_CHECKING:
    from authserver.domain.calls import Call

PATH = "/oauth2/userinfo"
GOOD = "header.pay-load_~+/.signature=="


class Stub:
    """Knows one token."""

    def __init__(self, signed: str | None = None) -> None:
        self.signed = signed
        self.asked: list[str] = []

    def tell(self, token_value: str, call: Call) -> UserinfoAnswer:
        assert call.request_id
        self.asked.append(token_value)
        if token_value == "narrow":
            raise ProtocolRefusal("insufficient_scope", "the token needs the scope openid")
        if token_value != GOOD:
            raise ProtocolRefusal("invalid_token", "not good")
        return UserinfoAnswer({"sub": "user:ada", "name": "Ada"}, self.signed)


def knock(stub: Stub, method: str = "GET", **stated: Any) -> Answer:
    endpoint = userinfo_endpoint(stub)  # type: ignore[arg-type]  # as much of it as is asked
    door = Door(routes=[Route(PATH, {"GET": endpoint, "POST": endpoint})])
    return door.knock(method, PATH, **stated)


def bearer(value: str = GOOD, scheme: str = "Bearer") -> dict[str, str]:
    return {"Authorization": f"{scheme} {value}"}


def form(**fields: str) -> dict[str, Any]:
    return {"body": urlencode(fields).encode(), "headers": {"Content-Type": FORM}}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_header_is_the_place_for_both_methods(method: str, scheme: str) -> None:
    answer = knock(Stub(), method, headers=bearer(scheme=scheme))
    assert (answer.status, answer.json) == (200, {"sub": "user:ada", "name": "Ada"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_head_tells_the_headers_alone() -> None:
    answer = knock(Stub(), "HEAD", headers=bearer())
    assert (answer.status, answer.body) == (200, b"")


def test_a_post_may_bring_it_in_its_form() -> None:
    stub = Stub()
    assert knock(stub, "POST", **form(access_token=GOOD, other="x")).status == 200
    assert stub.asked == [GOOD]


def test_a_post_without_a_body_needs_no_content_type() -> None:
    for content_type in ("", "application/json", "text/plain"):
        headers = {**bearer(), "Content-Type": content_type}
        assert knock(Stub(), "POST", headers=headers).status == 200


def test_a_signed_answer_is_a_jwt() -> None:
    answer = knock(Stub(signed="a.b.c"), headers=bearer())
    assert (answer.status, answer.body) == (200, b"a.b.c")
    assert answer.headers["content-type"] == "application/jwt"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"headers": {"Authorization": ""}},
        {"headers": {"Authorization": "Basic eDp5"}},
        {"headers": {"Authorization": "DPoP " + GOOD}},
        {"headers": {"Authorization": GOOD}},
        {"method": "POST", **form(other="x")},
        {"method": "POST", **form(access_token="")},
    ],
    ids=str,
)
def test_without_a_token_the_challenge_names_no_error(stated: dict[str, Any]) -> None:
    stub = Stub()
    answer = knock(stub, **stated)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="authserver"'
    assert stub.asked == []


@pytest.mark.parametrize(
    "value",
    ["", " ", "two words", f"{GOOD}, Bearer {GOOD}", GOOD + ",", "a=b", "ä", "a\tb", '"quoted"'],
)
def test_a_broken_header_is_an_invalid_token(value: str) -> None:
    stub = Stub()
    answer = knock(stub, headers=bearer(value))
    assert answer.error == (401, "invalid_token")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert stub.asked == []


def test_a_token_that_is_not_good_is_an_invalid_token() -> None:
    answer = knock(Stub(), headers=bearer("wrong"))
    assert answer.error == (401, "invalid_token")
    assert answer.headers["www-authenticate"] == 'Bearer realm="authserver", error="invalid_token"'


def test_too_little_scope_is_named_with_what_is_needed() -> None:
    answer = knock(Stub(), headers=bearer("narrow"))
    assert answer.error == (403, "insufficient_scope")
    assert answer.headers["www-authenticate"] == (
        'Bearer realm="authserver", error="insufficient_scope", scope="openid"'
    )


@pytest.mark.rule("JW-11")
@pytest.mark.parametrize("query", [f"access_token={GOOD}", "access_token=x", "schema=openid"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_query_string_is_no_place(query: str, method: str) -> None:
    stub = Stub()
    assert knock(stub, method, query=query).error == (400, "invalid_request")
    assert knock(stub, method, query=query, headers=bearer()).error == (400, "invalid_request")
    assert stub.asked == []


@pytest.mark.rule("JW-11")
def test_two_places_are_refused_even_with_one_token() -> None:
    stub = Stub()
    both = form(access_token=GOOD)
    both["headers"] |= bearer()
    assert knock(stub, "POST", **both).error == (400, "invalid_request")
    twice = {**form(), "body": f"access_token={GOOD}&access_token={GOOD}".encode()}
    assert knock(stub, "POST", **twice).error == (400, "invalid_request")
    assert stub.asked == []


@pytest.mark.parametrize("content_type", ["application/json", "", "multipart/form-data"])
def test_a_body_is_a_form(content_type: str) -> None:
    headers = {"Content-Type": content_type}
    answer = knock(Stub(), "POST", body=b"access_token=x", headers=headers)
    assert answer.error == (415, "invalid_request")


def test_an_endless_token_is_not_looked_at() -> None:
    stub = Stub()
    assert knock(stub, "POST", **form(access_token="a" * 16_385)).status == 400
    assert knock(stub, "POST", **form(access_token="a" * 70_000)).status == 413
    assert stub.asked == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_do_not_exist(method: str) -> None:
    answer = knock(Stub(), method, headers=bearer())
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize(
    ("accept", "signed"),
    [
        ("", False),
        ("*/*", False),
        ("application/*", False),
        ("application/json", False),
        ("application/jwt", False),
        (SIGNED, True),
        (SIGNED.upper(), True),
        (f"text/html, {SIGNED}", True),
        (f"{SIGNED};q=0.5", True),
        (f"{SIGNED}; q=0", False),
        (f"{SIGNED};q=nonsense", False),
        (f"{SIGNED};q=nan", False),
        (f"application/json, {SIGNED}", True),
        (f"application/json;q=0.9, {SIGNED};q=0.8", False),
        (f"application/json;q=0.8;x=1, {SIGNED};v=2;q=0.9", True),
        (f"{SIGNED}x", False),
        (f"{SIGNED}," + "a" * 1000, False),
    ],
)
def test_a_signed_answer_is_for_who_names_it(accept: str, signed: bool) -> None:  # noqa: FBT001 - a table
    assert wants_signed(accept) is signed
