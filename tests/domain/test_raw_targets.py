"""Targets that two parsers could read differently are refused; the others get one spelling."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote, unquote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.operations import is_canonical
from authserver.domain.raw_targets import (
    CREDENTIAL_PARAMETERS,
    LONGEST_TARGET,
    METHOD_PARAMETERS,
    Target,
    parameters_in,
    read_target,
)

AMBIGUOUS = [
    "",
    "rest/api/2/issue",
    "*",
    "http://jira.example.com/rest/api/2/issue",
    "//jira.example.com/rest/api/2/issue",
    "/rest//api/2/issue",
    "/rest/api/2/issue//",
    "/rest/./api/2/issue",
    "/rest/x/../api/2/issue",
    "/rest/api/2/issue/..",
    "/rest/api/2/issue/.",
    "/..",
    "/.?x",
    "/rest/%2e%2e/api",
    "/rest/.%2E/api",
    "/rest/%2e./api",
    "/rest/x/..;/api",
    "/rest/api/2/issue;jsessionid=1",
    "/rest/api/2/issue;x.png",
    "/rest/api/2/issue/A;/",
    "/rest%2fapi/2/issue",
    "/rest%2Fapi/2/issue",
    "/rest%252fapi/2/issue",
    "/rest/api/2/issue/100%25",
    "/rest\\api/2/issue",
    "/rest%5capi/2/issue",
    "/rest%5Capi/2/issue",
    "/rest/api/2/issue/A%3bB",
    "/rest/api/2/issue/A%00",
    "/rest/api/2/issue/A%0d%0aX",
    "/rest/api/2/issue/A%7f",
    "/rest/api/2/issue#/public",
    "/rest/api/2/issue?x#/public",
    "/rest/api/2/issue/\x01",
    "/rest/api/2/issue/\x7f",
    "/rest/api/2/issue/A B",
    "/rest/api/2/issue/é",
    "/rest/api/2/issue?x=é",
    "/rest/api/2/issue?x=a b",
    "/rest/api/2/issue?x=a\tb",
    "/rest%c0%afapi",
    "/rest%e0%80%afapi",
    "/rest%f0%80%80%afapi",
    "/rest/%c0%ae%c0%ae/api",
    "/rest/api/2/issue/%ff",
    "/rest/api/2/issue/%ed%a0%80",
    "/rest/api/2/issue/%",
    "/rest/api/2/issue/%4",
    "/rest/api/2/issue/%zz",
    "/rest/api/2/issue/%u002f",
    "/" + "a" * LONGEST_TARGET,
]


@pytest.mark.rule("FA-04")
@pytest.mark.parametrize("raw", AMBIGUOUS)
def test_a_target_that_can_be_read_in_two_ways_is_refused(raw: str) -> None:
    assert read_target(raw) is None


@pytest.mark.parametrize(
    ("raw", "path", "query"),
    [
        ("/", "/", ""),
        ("/rest/api/2/issue", "/rest/api/2/issue", ""),
        ("/rest/api/2/issue/", "/rest/api/2/issue", ""),
        ("/rest/x..y/.z/...", "/rest/x..y/.z/...", ""),
        ("/rest/api/2/search?jql=a//b;c..%2f", "/rest/api/2/search", "jql=a//b;c..%2f"),
        ("/rest/api/2/search?a=1?b=2", "/rest/api/2/search", "a=1?b=2"),
        ("/rest/api/2/user/caf%c3%a9", "/rest/api/2/user/caf%C3%A9", ""),
        ("/rest/api/2/user/%61%7e%2D%5f", "/rest/api/2/user/a~-_", ""),
        ("/rest/api/2/filter/a%20b%3Fc%23d", "/rest/api/2/filter/a%20b%3Fc%23d", ""),
        ("/rest/api/2/user/712020:ab-cd", "/rest/api/2/user/712020:ab-cd", ""),
        ("/x?", "/x", ""),
    ],
)
def test_a_target_with_one_meaning_gets_one_spelling(raw: str, path: str, query: str) -> None:
    assert read_target(raw) == Target(path, query)


PIECES = st.sampled_from(
    [
        *("/", "//", "rest", "api", "a", ".", "..", ";", "%", "%2e", "%2F", "%25", "2f", "%5c"),
        *("\\", "%c0%af", "%c3%a9", "%61", "%3b", "x=1", "?", "#", "é", " ", "%00", "%7E"),
        *(":", "@", "+"),
    ]
)


def merged(path: str) -> str:
    return re.sub("/+", "/", path)


def without_parameters(path: str) -> str:
    return "/".join(part.partition(";")[0] for part in path.split("/"))


@given(st.lists(PIECES, max_size=12).map(lambda parts: "/" + "".join(parts)))
def test_what_is_accepted_is_read_alike_by_every_kind_of_parser(raw: str) -> None:
    target = read_target(raw)
    if target is None:
        return
    raw_path = raw.partition("?")[0]
    meant = unquote_to_bytes(target.path).decode()
    readings = {
        unquote(raw_path),
        unquote(unquote(raw_path)),
        merged(unquote(raw_path)),
        unquote(without_parameters(raw_path)),
        without_parameters(unquote(raw_path)),
        unquote(raw_path).replace("\\", "/"),
        unquote(raw_path, encoding="latin-1").encode("latin-1").decode(),
        posixpath.normpath(unquote(raw_path)),
    }
    assert {reading.rstrip("/") for reading in readings} == {meant.rstrip("/")}
    assert target.path == "/" or is_canonical(target.path)


@pytest.mark.parametrize(
    "query",
    [
        "os_username=admin",
        "a=1&os_password=x",
        "OS_AuthType=basic",
        "o%73_username=admin",
        "os%5Fpassword=x",
        "%6f%73%5f%75%73%65%72%6e%61%6d%65=a",
        "access_token=x",
        "a=1;access_token=x",
        "jwt=x",
        "oauth_token=x",
        "x=1&OAuth_Signature=x",
        "oauth%5fconsumer_key=x",
        "access%5ftoken",
        "+os_username=x",
    ],
)
@pytest.mark.rule("FA-07")
def test_credentials_in_the_query_are_found_in_every_spelling(query: str) -> None:
    assert parameters_in(query, CREDENTIAL_PARAMETERS)


@pytest.mark.parametrize(
    "query", ["", "a=os_username", "xos_username=1", "jql=access_token%3D1", "fields=%6f", "jwtx=1"]
)
def test_other_parameters_are_not_taken_for_credentials(query: str) -> None:
    assert not parameters_in(query, CREDENTIAL_PARAMETERS)


@pytest.mark.parametrize("query", ["_method=DELETE", "x&_METHOD=PUT", "%5fmethod=DELETE"])
@pytest.mark.rule("FA-06")
def test_a_method_in_the_query_is_found(query: str) -> None:
    assert parameters_in(query, METHOD_PARAMETERS)
    assert not parameters_in("method=DELETE", METHOD_PARAMETERS)


@given(st.text(max_size=60))
def test_any_text_as_a_segment_is_read_back_or_refused(text: str) -> None:
    raw = "/rest/api/2/filter/" + quote(text, safe="", errors="replace")
    target = read_target(raw)
    if target is not None and text:
        meant = text.encode("utf-8", "replace").decode()
        assert unquote(target.path.rpartition("/")[2]) == meant
