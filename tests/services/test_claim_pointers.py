"""Claims are found by name or by pointer, and whatever stands there instead harms nobody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.services.claim_pointers import ABSENT, claim_at, first_name, is_readable

CLAIMS: dict[str, Any] = {
    "groups": ["a"],
    "realm_access": {"roles": ["b"], "a/b": 1, "m~n": 2, "": 3},
    "list": [{"name": "c"}],
    "nothing": None,
    "https://example.com/groups": ["d"],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("groups", ["a"]),
        ("/groups", ["a"]),
        ("/realm_access/roles", ["b"]),
        ("/realm_access/a~1b", 1),
        ("/realm_access/m~0n", 2),
        ("/realm_access/", 3),
        ("/list/0/name", "c"),
        ("nothing", None),
        ("https://example.com/groups", ["d"]),
    ],
)
def test_a_claim_is_found_by_its_name_or_by_a_pointer(place: str, value: object) -> None:
    assert claim_at(CLAIMS, place) == value


@pytest.mark.parametrize(
    "place",
    [
        "",
        "realm_access.roles",
        "/realm_access/roles/1",
        "/realm_access/roles/-",
        "/realm_access/roles/00",
        "/realm_access/roles/-1",
        "/realm_access/roles/\u0660",
        "/groups/a",
        "/nothing/deeper",
        "/groups/99999999999999999999",
        "/realm_access/m~2n",
        "/realm_access/m~",
        "absent",
    ],
)
def test_what_is_not_there_is_absent_and_not_null(place: str) -> None:
    assert claim_at(CLAIMS, place) is ABSENT


def test_a_pointer_with_an_unknown_escape_can_be_told_beforehand() -> None:
    assert is_readable("/a~0b~1c")
    assert not is_readable("/a~2")
    assert not is_readable("")
    assert is_readable("a~2")


def test_the_claim_that_a_pointer_begins_with_is_known() -> None:
    assert first_name("/a~1b/c") == "a/b"
    assert first_name("a/b") == "a/b"


@given(st.dictionaries(st.text(), JSON), st.text())
def test_no_claims_and_no_place_raise_anything(claims: dict[str, object], place: str) -> None:
    claim_at(claims, place)
    claim_at(claims, "/" + place)
