"""What each kind of setting takes and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.settings_kinds import (
    Address,
    Choice,
    DatabaseUrl,
    FileMode,
    FilePath,
    IssuerUrl,
    Kind,
    Networks,
    Origins,
    WholeNumber,
)

KINDS: list[Kind] = [
    Address(),
    Choice(("a", "b")),
    DatabaseUrl(),
    FileMode(),
    FilePath(),
    FilePath(optional=True),
    IssuerUrl(),
    Networks(("unix",)),
    Origins(),
    WholeNumber(1, 10),
]


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (WholeNumber(1, 10), 1, 1),
        (WholeNumber(1, 10), "10", 10),
        (Choice(("a", "b")), "b", "b"),
        (FileMode(), "660", 0o660),
        (FilePath(), "a/b", Path("a/b")),
        (FilePath(optional=True), "", None),
        (Address(), "::1", "::1"),
        (Address(), "0:0:0:0:0:0:0:1", "::1"),
        (Networks(), "10.0.0.0/8, ::1", ("10.0.0.0/8", "::1/128")),
        (Networks(), [], ()),
        (Networks(), " ", ()),
        (Networks(("unix",)), ["unix", "127.0.0.1"], ("unix", "127.0.0.1/32")),
        (Origins(), ["https://idp.example.com:8443"], ("https://idp.example.com:8443",)),
        (DatabaseUrl(), "", ""),
        (DatabaseUrl(), "sqlite:////a/b.db", "sqlite:////a/b.db"),
        (DatabaseUrl(), "postgresql://u@h:5432/d", "postgresql+psycopg://u@h:5432/d"),
        (
            DatabaseUrl(),
            "postgresql+psycopg://u@/d?host=/run",
            "postgresql+psycopg://u@/d?host=/run",
        ),
    ],
)
def test_allowed_values(kind: Kind, raw: object, value: object) -> None:
    assert kind.parse(raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (WholeNumber(1, 10), 0),
        (WholeNumber(1, 10), 11),
        (WholeNumber(0, 1), True),
        (WholeNumber(1, 10), 1.0),
        (WholeNumber(1, 10), "1 "),
        (WholeNumber(1, 10), "٣"),
        (WholeNumber(1, 10), "1_0"),
        (Choice(("a", "b")), "A"),
        (FileMode(), 660),
        (FileMode(), "0660"),
        (FileMode(), "888"),
        (FilePath(), ""),
        (FilePath(), "a\0b"),
        (FilePath(), "a\nb"),
        (Address(), "localhost"),
        (Address(), "127.1"),
        (Networks(), "10.0.0.1/8"),
        (Networks(), "unix"),
        (Networks(), "10.0.0.0/8,,"),
        (Networks(), [1]),
        (Origins(), "https://a.example/path"),
        (Origins(), "https://a.example:99999"),
        (Origins(), "ftp://a.example"),
        (DatabaseUrl(), "postgresql://u:secret@h/d"),
        (DatabaseUrl(), "postgresql://u@h/d?password=secret"),
        (DatabaseUrl(), "mysql://u@h/d"),
        (DatabaseUrl(), "sqlite://"),
        (DatabaseUrl(), "sqlite:///:memory:"),
        (DatabaseUrl(), "sqlite:////a.db?mode=ro"),
    ],
)
def test_refused_values(kind: Kind, raw: object) -> None:
    with pytest.raises(ValueError):
        kind.parse(raw)


@pytest.mark.rule("MD-01")
@pytest.mark.parametrize(
    "url",
    [
        "https://auth.example.com",
        "https://auth.example.com:8443",
        "https://example.com/auth",
        "https://example.com/a/b-c_d~e.f",
        "https://[2001:db8::1]",
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
    ],
)
def test_an_issuer_is_one_url_in_one_spelling(url: str) -> None:
    assert IssuerUrl().parse(url) == url


@pytest.mark.rule("MD-01")
@pytest.mark.parametrize(
    "url",
    [
        "",
        "auth.example.com",
        "http://auth.example.com",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "HTTPS://auth.example.com",
        "https://Auth.example.com",
        "https://auth.example.com/",
        "https://auth.example.com/a/",
        "https://auth.example.com//a",
        "https://auth.example.com/../a",
        "https://auth.example.com/.well-known",
        "https://auth.example.com/a%20b",
        "https://auth.example.com?x=1",
        "https://auth.example.com?",
        "https://auth.example.com#x",
        "https://auth.example.com#",
        "https://auth.example.com:443",
        "https://auth.example.com:0",
        "https://auth.example.com:",
        "https://auth.example.com:99999",
        "http://localhost:80",
        "https://user@auth.example.com",
        "https://user:pw@auth.example.com",
        "https://",
        "https:///a",
        "https://a b",
        "https://münchen.example",
        "https://auth.example.com\t",
        " https://auth.example.com",
        "https://auth.example.com\\a",
        "javascript:alert(1)",
    ],
)
def test_an_issuer_in_any_other_form_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        IssuerUrl().parse(url)


@given(
    st.sampled_from(KINDS),
    st.one_of(
        st.text(),
        st.integers(),
        st.floats(),
        st.none(),
        st.booleans(),
        st.lists(st.one_of(st.text(), st.integers())),
        st.dictionaries(st.text(), st.text()),
        st.binary(),
        st.from_regex(r"https?://[a-z0-9\[\]:@/.?#-]*", fullmatch=True),
    ),
)
def test_whatever_comes_is_taken_or_refused(kind: Kind, raw: object) -> None:
    try:
        kind.parse(raw)
    except ValueError:
        return
