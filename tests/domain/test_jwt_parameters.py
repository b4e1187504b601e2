"""A JWT in a query is found where nobody can read it otherwise, and is taken off."""

from __future__ import annotations

import pytest

from authserver.domain.jwt_parameters import JwtInQuery, jwt_in


@pytest.mark.parametrize("query", ["", "a=1", "jwts=1", "ajwt=x", "a=jwt", "a=1&b=jwt=x", "jwt.=1"])
def test_most_queries_have_none(query: str) -> None:
    assert jwt_in(query) is None


@pytest.mark.parametrize(
    ("query", "rest"),
    [
        ("jwt=a.b.c", ""),
        ("jwt=a.b.c&x=1", "x=1"),
        ("x=1&jwt=a.b.c", "x=1"),
        ("x=%7E&&jwt=a.b.c&y+z", "x=%7E&&y+z"),
    ],
)
def test_it_is_taken_off_and_the_rest_stays_as_it_is(query: str, rest: str) -> None:
    assert jwt_in(query) == JwtInQuery("a.b.c", rest)


@pytest.mark.parametrize(
    "query",
    [
        "jwt=",
        "jwt",
        "jwt=a&jwt=b",
        "jwt=a&jwt=a",
        "jwt=a&JWT=b",
        "jwt=a&%6Awt=b",
        "jwt=a&jwt",
        "JWT=a",
        "Jwt=a",
        "%6awt=a",
        "+jwt=a",
        "x=1;jwt=a",
        "jwt=a;x=1",
        "jwt=%61",
        "jwt=a+b",
    ],
)
def test_where_readers_differ_nobody_is_believed(query: str) -> None:
    found = jwt_in(query)
    assert found is not None
    assert found.value == ""
