"""What the token endpoint reads, and what it does not (group A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest

from tests.instances import basic
from tests.machine.doors import FORM
from tests.rfc.lanes import FORM_PATHS, INTROSPECT, REVOKE, TOKEN, assert_invalid_request

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

CLIENT_CREDENTIALS: Final = {"grant_type": "client_credentials"}
METHODS: Final = ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "post")
OTHER_TYPES: Final = (
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded-not",
    f"{FORM}, application/json",
    f"{FORM}; charset=iso-8859-1",
    f"{FORM}; charset=utf-16",
    f"{FORM}; charset=utf-8; charset=utf-7",
    f"{FORM}; boundary=x",
    "",
)
SAME_TYPES: Final = (
    FORM,
    FORM.upper(),
    f"{FORM};charset=UTF-8",
    f'{FORM} ; charset="utf-8"',
)
OTHER_GRANTS: Final = (
    "implicit",
    "password",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange ",
    "urn:openid:params:grant-type:ciba",
    "Client_Credentials",
    "client_credentials ",
    "client_credentials client_credentials",
    "client-credentials",
    "x",
    "clïent_credentials",
    'client_credentials"',
    "__class__",
    "{{7*7}}",
)


@pytest.fixture(params=FORM_PATHS)
def form_path(request: pytest.FixtureRequest) -> str:
    path: str = request.param
    return path


def good_form(path: str, lane: Lane, reader: Caller, jira: Site) -> tuple[dict[str, str], str]:
    """A form that the endpoint at `path` accepts, and the credentials for it."""
    if path == TOKEN:
        return CLIENT_CREDENTIALS, reader.authorization
    token = lane.token(reader)
    return {"token": token}, jira.authorization if path == INTROSPECT else reader.authorization


@pytest.mark.rule("TK-01")
def test_only_post_is_allowed(form_path: str, lane: Lane, reader: Caller, jira: Site) -> None:
    form, authorization = good_form(form_path, lane, reader, jira)
    headers = {"Content-Type": FORM, "Authorization": authorization}
    for method in METHODS:
        answer = lane.knock(method, form_path, urlencode(form).encode(), headers=headers)
        assert (answer.status, answer.headers["allow"]) == (405, "POST"), method
        assert b"access_token" not in answer.body
    assert lane.post(form_path, form, authorization).status == 200


@pytest.mark.rule("TK-01")
def test_only_forms_in_utf_8_are_read(
    form_path: str, lane: Lane, reader: Caller, jira: Site
) -> None:
    form, authorization = good_form(form_path, lane, reader, jira)
    json_body = b'{"grant_type":"client_credentials","token":"x"}'
    for content_type in OTHER_TYPES:
        body = json_body if "json" in content_type else urlencode(form).encode()
        headers = {"Authorization": authorization, "Content-Type": content_type}
        answer = lane.knock("POST", form_path, body, headers=headers)
        assert answer.error == (415, "invalid_request"), content_type
    without = lane.knock(
        "POST", form_path, urlencode(form).encode(), headers={"Authorization": authorization}
    )
    assert without.error == (415, "invalid_request")
    for content_type in SAME_TYPES:
        headers = {"Content-Type": content_type}
        assert lane.post(form_path, form, authorization, headers=headers).status == 200


@pytest.mark.rule("TK-02")
def test_parameters_in_the_query_string_are_refused(
    form_path: str, lane: Lane, reader: Caller, jira: Site
) -> None:
    form, authorization = good_form(form_path, lane, reader, jira)
    queries = (
        "grant_type=client_credentials",
        "scope=WRITE",
        "client_secret=x",
        "token=x",
        "x",
        "=",
    )
    for query in (*queries, "scope=READ", f"client_id={reader.client_id}"):
        assert_invalid_request(lane.post(form_path, form, authorization, query=query))


@pytest.mark.rule("TK-02")
def test_the_query_string_never_wins_over_the_body(
    installation: Installation, lane: Lane, reader: Caller
) -> None:
    narrow = {**CLIENT_CREDENTIALS, "scope": "READ"}
    moved: tuple[tuple[dict[str, str], str, str | None], ...] = (
        (narrow, "scope=WRITE", reader.authorization),
        ({}, "grant_type=client_credentials", reader.authorization),
        (
            {**CLIENT_CREDENTIALS, "client_id": reader.client_id},
            urlencode({"client_secret": reader.secret}),
            None,
        ),
        (
            CLIENT_CREDENTIALS,
            urlencode({"client_id": reader.client_id, "client_secret": reader.secret}),
            None,
        ),
    )
    for form, query, authorization in moved:
        assert_invalid_request(lane.post(TOKEN, form, authorization, query=query))
    assert installation.records("token.issued") == []


@pytest.mark.rule("TK-03")
def test_a_parameter_that_comes_twice_is_refused(
    installation: Installation, lane: Lane, reader: Caller
) -> None:
    known = {
        "grant_type": "client_credentials",
        "scope": "READ",
        "client_id": reader.client_id,
        "client_secret": reader.secret,
        "client_assertion": "a.b.c",
        "client_assertion_type": "x",
    }
    for name, value in known.items():
        for second in (value, "other", ""):
            fields = [*CLIENT_CREDENTIALS.items(), (name, second)]
            if name != "grant_type":
                fields.insert(1, (name, value))
            answer = lane.post(TOKEN, fields, reader.authorization)
            assert_invalid_request(answer)
            assert answer.description == f"{name}: a parameter must not be repeated"
    hidden = "grant_type=client_credentials&scope=READ&sc%6Fpe=WRITE"
    assert_invalid_request(lane.post(TOKEN, hidden, reader.authorization))
    twice = [*CLIENT_CREDENTIALS.items(), ("resource", "https://a"), ("resource", "https://b")]
    assert lane.post(TOKEN, twice, reader.authorization).error == (400, "invalid_target")
    assert installation.records("token.issued") == []


@pytest.mark.rule("TK-03")
@pytest.mark.rule("IN-08")
def test_two_tokens_in_one_request_are_refused(lane: Lane, reader: Caller, jira: Site) -> None:
    good, other = lane.token(reader), lane.token(reader)
    for path, authorization in ((INTROSPECT, jira.authorization), (REVOKE, reader.authorization)):
        for second in (other, good, "", "x"):
            for pair in ((good, second), (second, good)):
                fields = [("token", value) for value in pair]
                assert_invalid_request(lane.post(path, fields, authorization))
    assert lane.is_active(jira, good)
    assert lane.is_active(jira, other)


@pytest.mark.rule("TK-03")
def test_an_empty_parameter_counts_as_absent(lane: Lane, reader: Caller) -> None:
    empty = "client_id=&client_secret=&client_assertion=&client_assertion_type=&scope=&resource="
    answer = lane.post(TOKEN, f"grant_type=client_credentials&{empty}", reader.authorization)
    assert answer.status == 200
    assert answer.json["scope"] == "READ WRITE"
    assert_invalid_request(lane.post(TOKEN, "grant_type=", reader.authorization))
    assert_invalid_request(lane.post(REVOKE, "token=", reader.authorization))


@pytest.mark.rule("TK-03")
def test_unknown_parameters_are_ignored(lane: Lane, reader: Caller) -> None:
    unknown = {f"unknown_{number}": "ü" * number for number in range(50)}
    answer = lane.ask(reader, scope="READ", **unknown)
    assert answer.status == 200
    assert answer.json["scope"] == "READ"


@pytest.mark.rule("TK-04")
def test_every_grant_that_is_not_announced_is_refused(
    installation: Installation, lane: Lane, reader: Caller
) -> None:
    more = {
        "username": "reader",
        "password": reader.secret,
        "assertion": "a.b.c",
        "code": "x",
        "refresh_token": "x",
        "device_code": "x",
        "subject_token": "x",
    }
    for grant_type in OTHER_GRANTS:
        answer = lane.post(TOKEN, {**more, "grant_type": grant_type}, reader.authorization)
        assert answer.error == (400, "unsupported_grant_type"), grant_type
    assert_invalid_request(lane.post(TOKEN, {"grant_type": "\0"}, reader.authorization))
    assert_invalid_request(lane.post(TOKEN, more, reader.authorization))
    assert installation.records("token.issued") == []


@pytest.mark.rule("TK-04")
def test_a_client_uses_only_the_grants_it_is_registered_for(
    installation: Installation, lane: Lane, jira: Site
) -> None:
    none = installation.caller("no-grant", jira, "READ", grant_types=())
    subject = {
        "subject_token": "x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
    }
    more = {"code": "x", "refresh_token": "x", "device_code": "x", **subject}
    for grant_type in lane.get("/.well-known/openid-configuration").json["grant_types_supported"]:
        form = {**more, "grant_type": grant_type}
        answer = lane.post(TOKEN, form, none.authorization)
        assert answer.error == (400, "unauthorized_client"), grant_type
    assert installation.records("token.issued") == []


@pytest.mark.rule("TK-04")
def test_a_password_gets_nobody_a_token(make_installation: MakeInstallation) -> None:
    installation = make_installation()
    password = installation.container.users.ensure_administrator(
        "alice", installation.container.operator
    )
    assert password is not None
    form = {"grant_type": "password", "username": "alice", "password": password}
    answer = installation.lane.post(TOKEN, form, basic("alice", password))
    assert answer.error == (400, "unsupported_grant_type")
    as_client = installation.lane.post(TOKEN, CLIENT_CREDENTIALS, basic("alice", password))
    assert as_client.error == (401, "invalid_client")
