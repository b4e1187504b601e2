"""The gate in front of the form endpoints, seen from outside: what a form may say."""

from __future__ import annotations

import re

import pytest

from authserver.domain.errors import InvalidField, ProtocolRefusal
from authserver.machine.gate import form_rules, read_form
from authserver.machine.requests import Request
from tests.machine.doors import TOKEN_RULES, Answer, Door
from tests.machine.token_requests import BODY, HEADER


@pytest.fixture
def door() -> Door:
    return Door()


def assert_invalid_request(answer: Answer, *named: str) -> None:
    assert answer.error == (400, "invalid_request")
    for name in named:
        assert name in answer.description


def test_a_good_request_passes(door: Door) -> None:
    answer = door.post(BODY, authorization=HEADER)
    assert answer.status == 200
    assert answer.json["fields"] == {"grant_type": "client_credentials", "scope": "read"}
    assert answer.json["credentials"] == ["client_secret_basic", "reporting", "swordfish", ""]


@pytest.mark.rule("TK-01")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_the_token_endpoint_takes_post_only(door: Door, method: str) -> None:
    answer = door.knock(method, "/oauth2/token")
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.rule("TK-01")
@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/x-www-form-urlencodedx",
        "xapplication/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=iso-8859-1",
        "application/x-www-form-urlencoded; charset=utf-8; charset=utf-7",
        "application/x-www-form-urlencoded; boundary=x",
        "application/x-www-form-urlencoded;",
        "application/x-www-form-urlencoded,application/json",
        "application/x-www-form-urlencoded\n",
    ],
)
def test_a_body_not_declared_as_a_utf_8_form_is_refused(
    door: Door, content_type: str | None
) -> None:
    answer = door.post(BODY, content_type=content_type)
    assert answer.error == (415, "invalid_request")
    assert "application/x-www-form-urlencoded" in answer.description


@pytest.mark.rule("TK-01")
@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-URLEncoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/x-www-form-urlencoded;charset=UTF-8",
        'application/x-www-form-urlencoded; charset="utf-8"',
    ],
)
def test_a_form_may_say_that_it_is_utf_8(door: Door, content_type: str) -> None:
    assert door.post(BODY, content_type=content_type).status == 200


@pytest.mark.rule("TK-02")
@pytest.mark.parametrize(
    "query",
    ["grant_type=client_credentials", "scope=write", "client_secret=x", "client_id=a", "x=1", "&"],
)
def test_a_query_string_is_refused_and_never_wins(door: Door, query: str) -> None:
    answer = door.post(BODY, authorization=HEADER, query=query)
    assert_invalid_request(answer, "query string", "body")
    answer = door.post("", authorization=HEADER, query=query)
    assert_invalid_request(answer, "query string")


@pytest.mark.rule("TK-03")
@pytest.mark.parametrize(
    "body",
    [
        "scope=read&scope=write",
        "scope=read&scope=read",
        "scope=&scope=read",
        "scope&scope",
        "sc%6Fpe=read&scope=read",
        "grant_type=a&grant_type=b",
        "code=1&code=2",
        "client_id=a&client_id=a",
        "client_secret=a&client_secret=b",
        "unknown=1&unknown=2",
    ],
)
def test_no_parameter_comes_twice(door: Door, body: str) -> None:
    answer = door.post(body)
    assert_invalid_request(answer, "repeated")
    assert "unknown" not in answer.description


@pytest.mark.rule("TK-03")
def test_an_empty_value_is_no_value(door: Door) -> None:
    answer = door.post("grant_type=client_credentials&scope=&code&client_id=&client_secret=")
    assert answer.json["fields"] == {"grant_type": "client_credentials"}
    assert answer.json["credentials"] is None


@pytest.mark.rule("TK-03")
def test_unknown_parameters_are_ignored(door: Door) -> None:
    unknown = "&".join(f"x{number}={'y' * 600}" for number in range(50))
    answer = door.post(f"{BODY}&{unknown}", authorization=HEADER)
    assert answer.json["fields"] == {"grant_type": "client_credentials", "scope": "read"}


def test_resource_may_repeat_and_reading_it_as_one_value_is_invalid_target(door: Door) -> None:
    two = "resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example"
    assert door.post(two).json["resource"] == ["https://a.example", "https://b.example"]
    request = Request("POST", "/oauth2/token", "", FORM_HEADERS, two.encode(), "", "", 0.0)
    with pytest.raises(ProtocolRefusal) as refusal:
        read_form(request, TOKEN_RULES).get("resource")
    assert refusal.value.error == "invalid_target"


FORM_HEADERS = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [("resource=a", ["a"]), ("resource=&resource=a", ["a"]), ("resource=&resource=", []), ("", [])],
)
def test_empty_values_of_a_repeatable_field_do_not_count(
    door: Door, body: str, expected: list[str]
) -> None:
    assert door.post(body).json["resource"] == expected


def test_an_unrepeated_field_is_read_as_itself() -> None:
    request = Request("POST", "/oauth2/token", "", FORM_HEADERS, b"code=a&resource=b", "", "", 0.0)
    form = read_form(request, TOKEN_RULES)
    assert (form.require("code"), form.get("resource"), form.get("scope")) == ("a", "b", None)


def test_a_required_field_is_named_when_it_is_missing() -> None:
    request = Request("POST", "/oauth2/token", "", FORM_HEADERS, b"code=", "", "", 0.0)
    with pytest.raises(InvalidField, match="code: required"):
        read_form(request, TOKEN_RULES).require("code")


@pytest.mark.parametrize(
    ("field", "limit"),
    [
        ("scope", 2000),
        ("code", 500),
        ("client_id", 200),
        ("client_secret", 1024),
        ("resource", 500),
    ],
)
def test_an_over_long_field_is_refused_by_name_and_limit(
    door: Door, field: str, limit: int
) -> None:
    rest = "" if field == "client_id" else "&client_id=a"
    assert door.post(f"{field}={'x' * limit}{rest}").status == 200
    answer = door.post(f"{field}={'x' * (limit + 1)}{rest}")
    assert_invalid_request(answer, field, str(limit))


def test_every_value_of_a_repeated_field_keeps_the_limit(door: Door) -> None:
    assert_invalid_request(door.post(f"resource=a&resource={'x' * 501}"), "resource", "500")


@pytest.mark.parametrize(
    "body", ["scope=%zz", "scope=%ff", "scope=a%00b", "scope=%0d%0aSet-Cookie:x", "scope=a\x01"]
)
def test_a_broken_encoding_is_refused_by_the_field_it_is_in(door: Door, body: str) -> None:
    assert_invalid_request(door.post(body), "scope")


@pytest.mark.rule("TK-09")
@pytest.mark.parametrize(
    ("body", "authorization"),
    [
        (BODY, HEADER),
        ("scope=a&scope=b", HEADER),
        ("scope=%zz", None),
        (BODY, "Basic x"),
        ('"\\ü=1&"\\ü=2', None),
    ],
)
def test_every_answer_is_json_that_nobody_stores(
    door: Door, body: str, authorization: str | None
) -> None:
    answer = door.post(body, authorization=authorization)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    if answer.status != 200:
        for text in (answer.json["error"], answer.description):
            assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", text)


def test_no_refusal_repeats_what_was_sent(door: Door) -> None:
    for body in ("hunter2=%zz", "hunter2=1&hunter2=2", "scope=hunter2%00", "client_secret=hunter2"):
        answer = door.post(body)
        assert answer.status == 400
        assert b"hunter2" not in answer.body


def test_rules_refuse_a_repeatable_field_without_a_limit() -> None:
    with pytest.raises(ValueError, match="audience"):
        form_rules({"resource": 10}, repeatable=("resource", "audience"))


def test_no_representation_of_a_request_shows_its_body_or_headers() -> None:
    request = Request(
        "POST",
        "/oauth2/token",
        "swordfish",
        FORM_HEADERS | {"authorization": HEADER},
        b"code=swordfish&resource=swordfish&resource=swordfish2",
        "",
        "",
        0.0,
        "/oauth2/token?swordfish",
    )
    shown = repr(request)
    assert "swordfish" not in shown
    assert "reporting" not in shown
    clean = Request("POST", "/oauth2/token", "", request.headers, request.body, "", "", 0.0)
    assert "swordfish" not in repr(read_form(clean, TOKEN_RULES))
