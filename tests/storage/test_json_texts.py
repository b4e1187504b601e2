"""JSON in a column: every text gives a value or an honest refusal."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.errors import StorageUnavailable
from authserver.storage.json_texts import Members, coded, coded_set, texts_from

if TYPE_CHECKING:
    from collections.abc import Callable


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


READERS: dict[str, Callable[[Members], object]] = {
    "text": lambda members: members.text("x"),
    "optional_text": lambda members: members.optional_text("x"),
    "flag": lambda members: members.flag("x"),
    "optional_number": lambda members: members.optional_number("x"),
    "texts": lambda members: members.texts("x"),
    "choice": lambda members: members.choice("x", Colour),
    "optional_choice": lambda members: members.optional_choice("x", Colour),
    "choices": lambda members: members.choices("x", Colour),
    "members": lambda members: members.members("x").finish(),
    "number": lambda members: members.number("x"),
    "moment": lambda members: members.moment("x"),
}
GOOD: dict[str, tuple[Any, Any]] = {
    "text": ("a\x00\ud800☃", "a\x00\ud800☃"),
    "optional_text": ("", ""),
    "flag": (False, False),
    "optional_number": (0, 0),
    "texts": (["b", "a", "b"], ("b", "a", "b")),
    "choice": ("red", Colour.RED),
    "optional_choice": ("blue", Colour.BLUE),
    "choices": (["red", "blue"], frozenset(Colour)),
    "members": ({}, None),
    "number": (0, 0),
    "moment": (1_800_000_000.125, 1_800_000_000.125),
}


@given(st.lists(st.text(st.characters(exclude_categories=[]))))
def test_texts_come_back_in_ascii_whatever_they_hold(values: list[str]) -> None:
    assert coded(values).isascii()
    assert texts_from(coded(values), "it") == tuple(values)


def test_equal_sets_look_equal() -> None:
    assert coded_set({"b", "a"}) == coded_set(["a", "b"]) == '["a","b"]'


@given(
    st.text() | st.sampled_from(["{}", "null", "1", '"x"', "[1]", "[null]", '["a",[]]', "[" * 9999])
)
def test_what_is_no_list_of_texts_is_refused_without_its_value(text: str) -> None:
    with pytest.raises(StorageUnavailable) as refused:
        texts_from(text, "scopes of a grant")
    assert str(refused.value).startswith("scopes of a grant: no ")
    assert str(refused.value).endswith("; was it written by a newer release?")


@pytest.mark.parametrize("kind", READERS)
def test_each_kind_is_read_as_what_it_is(kind: str) -> None:
    stored, expected = GOOD[kind]
    members = Members(coded({"x": stored}), "it")
    assert READERS[kind](members) == expected
    members.finish()


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    "value", [1.5, True, 7, "green", ["green"], ["a", 1], {"y": 1}, [None]], ids=repr
)
def test_each_kind_refuses_the_others(kind: str, value: object) -> None:
    fitting = {
        "text": str,
        "optional_text": str,
        "flag": bool,
        "optional_number": int,
        "number": int,
        "moment": float,
    }
    fits = (
        type(value) is fitting.get(kind)
        or (kind == "texts" and value == ["green"])
        or (kind == "moment" and value == 7)
    )
    members = Members(coded({"x": value}), "it")
    if fits:
        assert READERS[kind](members) is not None
    else:
        with pytest.raises(StorageUnavailable, match=r"^it"):
            READERS[kind](members)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("stored", ["{}", '{"x":null}'])
def test_only_what_is_optional_may_be_absent_or_null(kind: str, stored: str) -> None:
    members = Members(stored, "it")
    if kind.startswith("optional"):
        assert READERS[kind](members) is None
        members.finish()
    else:
        with pytest.raises(StorageUnavailable, match="x is absent or of another kind"):
            READERS[kind](members)


def test_a_default_stands_for_an_absent_member_only() -> None:
    members = Members("{}", "it")
    assert members.text("a", "") == ""
    assert members.flag("b", default=False) is False
    assert members.texts("c", ()) == ()
    assert members.choice("d", Colour, Colour.RED) is Colour.RED
    assert members.choices("e", Colour, frozenset(Colour)) == frozenset(Colour)
    members.finish()
    with pytest.raises(StorageUnavailable):
        Members('{"a":null}', "it").text("a", "")


def test_members_of_any_name_are_read_as_what_they_are() -> None:
    stored = '{"texts":{"a":"1","\\ud800":""},"lists":{"a":["x","y"],"b":[]}}'
    members = Members(stored, "it")
    assert members.texts_by_name("texts") == {"a": "1", "\ud800": ""}
    assert members.text_lists_by_name("lists") == {"a": ("x", "y"), "b": ()}
    assert members.texts_by_name("absent") == {}
    assert members.text_lists_by_name("absent") == {}
    members.finish()


@pytest.mark.parametrize("value", ["1", "[]", '"a"', '{"a":1}', '{"a":["x",1]}', '{"a":{}}'])
def test_members_of_any_name_have_one_kind(value: str) -> None:
    with pytest.raises(StorageUnavailable, match=r"^it"):
        Members(f'{{"x":{value}}}', "it").texts_by_name("x")
    with pytest.raises(StorageUnavailable, match=r"^it"):
        Members(f'{{"x":{value}}}', "it").text_lists_by_name("x")


def test_a_member_that_nobody_knows_is_refused_by_name() -> None:
    members = Members('{"x":"1","new":"secret","also":{}}', "it")
    members.text("x")
    with pytest.raises(StorageUnavailable, match="it: unknown members also, new;"):
        members.finish()


@given(st.text() | st.sampled_from(["[]", "null", "1", '"x"', '{"a"', "[" * 9999, '{"x":' * 9999]))
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(StorageUnavailable, match=r"^it: no "):
        Members(text, "it")
