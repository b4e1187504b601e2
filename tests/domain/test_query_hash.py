"""What a Connect JWT signs of a call; Atlassian's own vectors are in tests/connect."""

from __future__ import annotations

import hashlib

import pytest

from authserver.domain.query_hash import canonical_request, query_hash


@pytest.mark.parametrize(
    ("target", "canonical"),
    [
        ("/", "GET&/&"),
        ("", "GET&/&"),
        ("/?", "GET&/&"),
        ("/a", "GET&/a&"),
        ("/a/", "GET&/a&"),
        ("/a//", "GET&/a/&"),
        ("/a?b", "GET&/a&b="),
        ("/a?b=", "GET&/a&b="),
        ("/a?=b", "GET&/a&=b"),
        ("/a?&&b=1&", "GET&/a&b=1"),
        ("/a?b=1=2", "GET&/a&b=1%3D2"),
        ("/a?b=1?2", "GET&/a&b=1%3F2"),
        ("/a?z=1&b=2&b=1&a=", "GET&/a&a=&b=1,2&z=1"),
        ("/a?b=10&b=9", "GET&/a&b=10,9"),
        ("/a?b[]=2&b[]=1", "GET&/a&b%5B%5D=1,2"),
        ("/a?b+c=d+e", "GET&/a&b%20c=d%20e"),
        ("/a?b=-._~*!'()", "GET&/a&b=-._~%2A%21%27%28%29"),
        ("/a?b=%c3%bc", "GET&/a&b=%C3%BC"),
        ("/a?jwt=x&b=1&jwt=y", "GET&/a&b=1"),
        ("/a?%6Awt=x", "GET&/a&"),
        ("/a?JWT=x", "GET&/a&JWT=x"),
        ("/a%2fb", "GET&/a%2fb&"),
        ("/a&b=c?d=e", "GET&/a%26b=c&d=e"),
    ],
)
def test_of_each_call_there_is_one_text(target: str, canonical: str) -> None:
    assert canonical_request("get", target, "") == canonical
    assert query_hash("GET", target, "") == hashlib.sha256(canonical.encode()).hexdigest()


def test_what_stands_in_the_path_is_not_taken_for_the_query() -> None:
    assert query_hash("GET", "/a&b=c?d=e", "") != query_hash("GET", "/a?b=c&d=e", "")


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/jira/rest/api", "/rest/api"),
        ("/jira", "/"),
        ("/jira/", "/"),
        ("/jirafoo/rest", "/jirafoo/rest"),
        ("/rest/jira/x", "/rest/jira/x"),
        ("/JIRA/rest", "/JIRA/rest"),
    ],
)
def test_the_path_begins_behind_the_base(target: str, path: str) -> None:
    assert canonical_request("GET", target, "/jira") == f"GET&{path}&"


@pytest.mark.parametrize("query", ["a=%", "a=%4", "a=%zz", "%=1", "a=%ff", "a=%ED%A0%80", "%C0%AF"])
def test_a_query_that_is_read_in_several_ways_has_no_hash(query: str) -> None:
    assert canonical_request("GET", f"/a?{query}", "") is None
    assert query_hash("GET", f"/a?{query}", "") is None
    assert query_hash("GET", f"/a?jwt=x&{query}", "") is None


def test_names_are_sorted_as_javascript_and_java_sort_them() -> None:
    # U+FF21 comes before U+1F600 by code point, and behind its surrogates.
    target = "/a?%EF%BC%A1=2&%F0%9F%98%80=1"
    assert canonical_request("GET", target, "") == "GET&/a&%F0%9F%98%80=1&%EF%BC%A1=2"
