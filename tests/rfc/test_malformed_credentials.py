"""Malformed credentials are refused, and nothing breaks (CA-04)."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest

from tests.machine.doors import FORM
from tests.rfc.changes import change_row
from tests.rfc.lanes import FORM_PATHS, TOKEN, assert_invalid_client

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

ASKED: Final = {"grant_type": "client_credentials", "token": "x"}
JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def encoded(pair: bytes) -> str:
    return b64encode(pair).decode()


BROKEN_HEADERS: Final = (
    "",
    " ",
    "Basic",
    "Basic ",
    "Basic \t",
    "Basic =",
    "Basic ====",
    "Basic ????",
    "Basic cmVhZGVy",
    "Basic " + encoded(b":"),
    "Basic " + encoded(b"reader:"),
    "Basic " + encoded(b":secret"),
    "Basic " + encoded(b"reader:secret").rstrip("=") + "A",
    "Basic " + encoded(b"reader:secret")[:-2],
    "Basic " + encoded(b"reader:secret") + "=",
    "Basic " + encoded(b"reader:secret") + "\n",
    "Basic " + encoded(b"reader\xff:secret"),
    "Basic " + encoded(b"reader:\xff\xfe"),
    "Basic " + encoded(b"reader:\xed\xa0\x80"),
    "Basic " + encoded(b"reader:a\0b"),
    "Basic " + encoded(b"rea\0der:secret"),
    "Basic " + encoded("reader:schlüssel".encode()),
    "Basic " + encoded("reader:schlüssel".encode("latin-1")),
    "Basic " + encoded(b"reader:%"),
    "Basic " + encoded(b"reader:%zz"),
    "Basic " + encoded(b"reader:%ff"),
    "Basic " + encoded(b"reader:%00"),
    "Basic " + encoded(b"reader:" + b"x" * 1000),
    "Basic " + encoded(b"reader:" + b"x" * 10_000),
    "Basic " + encoded(b"x" * 5_000 + b":secret"),
    "Basic realm=x",
    "Basic " + "\xff" * 8,
    "Basic " + encoded(b"reader:secret") + ", Basic " + encoded(b"reader:secret"),
    "Basic " + encoded(b"reader:secret") + "," + encoded(b"reader:secret"),
    "Basic, Basic",
    "Bearer " + encoded(b"reader:secret"),
    "Digest username=reader",
    "Negotiate YII=",
    "bäsic eDp4",
    "\0",
    "null",
)
BROKEN_VALUES: Final = (
    "schlüssel",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "'; DROP TABLE clients; --",
    "${jndi:ldap://127.0.0.1/x}",
    "{0.__class__}",
    "%00",
    "x" * 1024,
    "$2b$12$" + "x" * 53,
)


@pytest.mark.rule("CA-04")
def test_no_malformed_header_gets_past_or_breaks_anything(
    lane: Lane, reader: Caller, jira: Site
) -> None:
    for path in FORM_PATHS:
        for header in BROKEN_HEADERS:
            assert_invalid_client(lane.post(path, ASKED, header))
    assert lane.ask(reader).status == 200


@pytest.mark.rule("CA-04")
def test_no_odd_secret_gets_past_or_breaks_anything(
    installation: Installation, lane: Lane, jira: Site
) -> None:
    poster = installation.caller("poster", jira, "READ", auth_method="client_secret_post")
    in_body = {"client_id": "poster", "client_secret": poster.secret}
    for path in FORM_PATHS:
        for value in BROKEN_VALUES:
            for form in (
                {**in_body, "client_secret": value},
                {**in_body, "client_id": value[:200]},
                {"client_assertion": value, "client_assertion_type": JWT_BEARER},
            ):
                assert_invalid_client(lane.post(path, {**ASKED, **form}))
    assert lane.post(TOKEN, {**ASKED, **in_body}).status == 200


@pytest.mark.rule("CA-04")
def test_oversized_and_unreadable_credentials_are_refused_by_name(
    lane: Lane, reader: Caller
) -> None:
    megabyte = "x" * 1_048_576
    assert lane.post(TOKEN, ASKED, f"Basic {megabyte}").status == 431
    assert lane.post(TOKEN, {**ASKED, "client_secret": megabyte}).status == 413
    for name, length in (("client_id", 201), ("client_secret", 1025), ("client_assertion", 8193)):
        answer = lane.post(TOKEN, {**ASKED, name: "x" * length})
        assert answer.error == (400, "invalid_request")
        assert answer.description.startswith(f"{name}: at most ")
    for raw in ("client_secret=%ff", "client_secret=%", "client_secret=a%00b", "client_id=%0a"):
        answer = lane.post(TOKEN, f"grant_type=client_credentials&{raw}")
        assert answer.error == (400, "invalid_request"), raw
        assert answer.description.startswith(raw.partition("=")[0])


@pytest.mark.rule("CA-04")
def test_the_scheme_name_has_no_case(lane: Lane, reader: Caller) -> None:
    encoded_pair = reader.authorization.removeprefix("Basic ")
    for scheme in ("basic", "BASIC", "bAsIc"):
        assert lane.post(TOKEN, ASKED, f"{scheme} {encoded_pair}").status == 200


@pytest.mark.rule("CA-04")
def test_a_stored_secret_that_is_broken_matches_nothing(
    installation: Installation, lane: Lane, jira: Site
) -> None:
    broken = ("X''", "X'00'", "zeroblob(31)", "zeroblob(10000)", "'text'")
    for number, digest in enumerate(broken):
        for kind in ("keyed", "bcrypt"):
            name = f"broken-{kind}-{number}"
            caller = installation.caller(name, jira, "READ")
            changed = f"digest = CAST({digest} AS BLOB), kind = '{kind}'"
            change_row(installation, "client_secrets", changed, f"client_id = '{name}'")
            assert_invalid_client(lane.ask(caller))


@pytest.mark.rule("CA-04")
def test_bytes_that_are_no_text_are_refused_as_credentials(lane: Lane, reader: Caller) -> None:
    body = urlencode(ASKED).encode()
    for value in ("Basic \x80\x81", "Basic " + encoded(b"reader:s") + "\x00", "\xe2\x82"):
        headers = {"Content-Type": FORM, "Authorization": value}
        assert_invalid_client(lane.knock("POST", TOKEN, body, headers=headers))
