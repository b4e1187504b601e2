from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.claims_parameter import CLAIMS_MOST, VALUES_MOST, parse_claims
from authserver.domain.errors import InvalidField
from authserver.domain.requested_claims import RequestedClaims


def parsed(document: Any) -> RequestedClaims:
    return parse_claims(json.dumps(document)).requested


def test_claims_are_named_for_each_place() -> None:
    asked = parsed(
        {
            "userinfo": {"name": {"essential": True}, "email": None},
            "id_token": {"auth_time": None, "groups": {}},
            "verified": {"x": 1},
        }
    )
    assert asked == RequestedClaims(
        userinfo=frozenset({"name", "email"}), id_token=frozenset({"auth_time", "groups"})
    )


@pytest.mark.parametrize("document", [{}, {"userinfo": None}, {"id_token": {}}, {"other": 1}])
def test_nothing_asked_for_is_nothing(document: Any) -> None:
    assert parsed(document) == RequestedClaims()


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"essential": True, "value": "a"}, ("a",)),
        ({"essential": True, "values": ["a", "b"]}, ("a", "b")),
        ({"essential": False, "values": ["a"]}, ()),
        ({"values": ["a"]}, ()),
        ({"essential": "true", "values": ["a"]}, ()),
        ({"essential": True}, ()),
        (None, ()),
    ],
)
def test_only_an_essential_acr_binds(conditions: Any, expected: tuple[str, ...]) -> None:
    assert parsed({"id_token": {"acr": conditions}}).essential_acr == expected


def test_the_subject_that_is_insisted_on_is_found_in_either_place() -> None:
    for place in ("userinfo", "id_token"):
        document = {place: {"sub": {"value": "user:1"}}}
        assert parse_claims(json.dumps(document)).subject == "user:1"


BROKEN: list[Any] = [
    {"userinfo": {"sub": {"value": "a"}}, "id_token": {"sub": {"value": "b"}}},
    {"userinfo": {"sub": {"values": ["a", "b"]}}},
    {"userinfo": {"sub": {"value": 1}}},
    {"userinfo": {"sub": {"value": ""}}},
    {"userinfo": {"sub": {"value": "a\nb"}}},
    {"userinfo": []},
    {"userinfo": "name"},
    {"userinfo": {"name": True}},
    {"userinfo": {"name": ["essential"]}},
    {"userinfo": {f"claim-{number}": None for number in range(CLAIMS_MOST + 1)}},
    {"userinfo": {"x" * 101: None}},
    {"id_token": {"acr": {"essential": True, "values": "a"}}},
    {"id_token": {"acr": {"essential": True, "values": ["a"] * (VALUES_MOST + 1)}}},
    {"id_token": {"acr": {"essential": True, "values": [None]}}},
    [],
    "name",
    1,
    None,
]


@pytest.mark.parametrize("document", BROKEN)
def test_what_is_malformed_is_refused_by_its_field(document: Any) -> None:
    with pytest.raises(InvalidField) as refused:
        parse_claims(json.dumps(document))
    assert refused.value.field == "claims"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"userinfo": {"name": null}, "userinfo": {}}',
        '{"userinfo": {"name": null, "name": null}}',
        '{"userinfo": {"acr": NaN}}',
        '{"userinfo": {"acr": Infinity}}',
        "[" * 5000,
        '{"userinfo": {"a": {"value": ' + "9" * 5000 + "}}}",
        '{"userinfo": {"sub": {"value": "\\ud800"}}}',
    ],
)
def test_what_is_no_strict_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidField):
        parse_claims(text)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidField):
        assert isinstance(parse_claims(text).requested, RequestedClaims)
