"""URLs of sites: scheme, host, port and path, and nothing that could mean two things."""

from __future__ import annotations

import pytest

from authserver.domain.errors import InvalidField
from authserver.domain.site_urls import LONGEST_URL, check_context_path, check_site_url

LONGEST = "/" + "a" * (LONGEST_URL - 1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://jira.example.com", "https://jira.example.com"),
        ("https://jira.example.com/", "https://jira.example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://JIRA.Example.com/Jira/", "https://jira.example.com/Jira"),
        ("https://10.0.0.1/a/b-c_d.e~f", "https://10.0.0.1/a/b-c_d.e~f"),
        ("https://xn--jra-ela.example", "https://xn--jra-ela.example"),
        ("https://h:65535", "https://h:65535"),
        ("https://jira.example.com:443", "https://jira.example.com"),
        ("https://jira.example.com:0443/jira/", "https://jira.example.com/jira"),
        ("https://jira.example.com:08443", "https://jira.example.com:8443"),
        ("https://jira.example.com:80", "https://jira.example.com:80"),
        ("http://jira.example.com:80/", "http://jira.example.com"),
        ("http://jira.example.com:443", "http://jira.example.com:443"),
        ("https://h/" + "a" * (LONGEST_URL - 10), "https://h/" + "a" * (LONGEST_URL - 10)),
    ],
)
def test_a_plain_url_is_taken_in_one_form(value: str, expected: str) -> None:
    assert check_site_url("url", value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "jira.example.com",
        "//jira.example.com",
        "ftp://jira.example.com",
        "HTTPS://jira.example.com",
        "https://",
        "https:///jira",
        "https://user@jira.example.com",
        "https://user:word@jira.example.com",
        "https://jira.example.com?x=1",
        "https://jira.example.com#x",
        "https://jira.example.com:0",
        "https://jira.example.com:65536",
        "https://jira.example.com:",
        "https://jira.example.com/a//b",
        "https://jira.example.com//",
        "https://jira.example.com/../admin",
        "https://jira.example.com/./a",
        "https://jira.example.com/.hidden",
        "https://jira.example.com/a%2fb",
        "https://jira.example.com/a;b",
        "https://jira.example.com\\a",
        "https://jira.example.com/\n",
        "https://jira.example.com\n",
        " https://jira.example.com",
        "https://jira..example.com",
        "https://.example.com",
        "https://jira.example.com.",
        "https://-jira.example.com",
        "https://jira-.example.com",
        "https://...",
        "https://jira_main.example.com",
        "https://jïra.example.com",
        "https://" + "a" * 64 + ".example.com",
        "https://jira.example.com/" + "a" * LONGEST_URL,
        "https://jira.example.com/\ud800",
        "https://jira.example.com/\0",
    ],
)
def test_anything_else_is_refused_by_name_and_not_repeated(value: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_site_url("identifier", value)
    assert refusal.value.field == "identifier"
    assert "like https://jira.example.com" in refusal.value.allowed
    if "jira.example.com/" in value:
        assert value not in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ""),
        ("/", ""),
        ("/jira", "/jira"),
        ("/a/b-c_d.e~f/", "/a/b-c_d.e~f"),
        (LONGEST, LONGEST),
    ],
)
def test_a_plain_context_path_is_taken_in_one_form(value: str, expected: str) -> None:
    assert check_context_path(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "jira",
        "/ji ra",
        "//jira",
        "/a//b",
        "/..",
        "/a/../b",
        "/.a",
        "/a?b",
        "/a%2fb",
        "/a\n",
        "/ü",
        "/" + "a" * LONGEST_URL,
    ],
)
def test_an_odd_context_path_is_refused(value: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_context_path(value)
    assert refusal.value.field == "context_path"
