"""JSON bodies: one object that everybody reads the same, or none."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.errors import InvalidField
from authserver.machine.json_bodies import read_json
from authserver.machine.refusals import FrameRefusal
from authserver.machine.requests import Request

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


def request(body: bytes, content_type: str = "application/json") -> Request:
    headers = {"content-type": content_type}
    return Request("POST", "/x", "", headers, body, "192.0.2.1", "r-1", 0.0)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        'application/json; charset="UTF-8"',
    ],
)
def test_json_is_declared_in_these_ways(content_type: str) -> None:
    assert read_json(request(b'{"a": 1}', content_type)) == {"a": 1}


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/json",
        "application/json; charset=latin-1",
        "application/json, text/plain",
        "application/json\n",
        "application/problem+json",
    ],
)
def test_another_declaration_is_refused(content_type: str) -> None:
    with pytest.raises(FrameRefusal) as refusal:
        read_json(request(b"{}", content_type))
    assert refusal.value.status == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"[]",
        b"7",
        b"null",
        b"{} {}",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1, "a": 1}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": Infinity}',
        b'{"a": -NaN}',
        b'{"a": 1e400}',
        b'{"a": "\\udc00"}',
        b'{"a": "\xc3"}',
        b"\xef\xbb\xbf{}",
        b'{"a":' * 20 + b"1" + b"}" * 20,
        b'{"a":' * 20_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\n"}',
        b'{"a": 9223372036854775808}',
        b'{"a": [-1000000000000000000000]}',
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidField) as refusal:
        read_json(request(body))
    assert refusal.value.field == "body"


def test_brackets_in_texts_are_no_nesting() -> None:
    text = "[{" * 40 + '"\\'
    assert read_json(request(json.dumps({"a": text}).encode())) == {"a": text}


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), VALUES))
def test_an_object_is_read_as_it_was_written(value: dict[str, object]) -> None:
    assert read_json(request(json.dumps(value).encode())) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(InvalidField):
        assert isinstance(read_json(request(body)), dict)
