"""A JSON object that everybody reads the same, or nothing (F-25)."""

from __future__ import annotations

import contextlib
import json
import sys
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.outbound import OutboundAnswerInvalid, OutboundReason
from authserver.upstream.http_json import MAX_DEPTH, json_object

pytestmark = pytest.mark.rule("F-25")

KIND = "application/json"


def refusal(body: bytes, kind: str = KIND) -> str:
    with pytest.raises(OutboundAnswerInvalid) as caught:
        json_object(kind, body)
    assert caught.value.reason is OutboundReason.NOT_JSON
    assert caught.value.__context__ is None
    return caught.value.detail


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/jwk-set+json",
        "application/problem+json ; charset=utf8",
        "application/json;",
        "application/json;odata.metadata=minimal;odata.streaming=true;charset=utf-8",
    ],
)
def test_a_json_media_type_is_taken(kind: str) -> None:
    assert json_object(kind, b'{"a": [1, 2.5, null, true, "\xc3\xa9"]}') == {
        "a": [1, 2.5, None, True, "é"]
    }


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/html",
        "text/json",
        "application/jsonp",
        "application/javascript",
        "application/json; charset=utf-16",
        "application/json; charset=",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/json, text/html",
        "text/html; application/json",
        "application/json\n",
    ],
)
def test_another_media_type_is_refused(kind: str) -> None:
    assert "Content-Type" in refusal(b"{}", kind)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"a":1', "not valid JSON"),
        (b'{"a":1}x', "not valid JSON"),
        (b"{'a':1}", "not valid JSON"),
        (b'{"a":1,}', "not valid JSON"),
        (b'{"a":01}', "not valid JSON"),
        (b'{"a":"\n"}', "not valid JSON"),
        (b"\xef\xbb\xbf{}", "not valid JSON"),
        ('{"a":1}'.encode("utf-16"), "not UTF-8"),
        (b'{"a":' + b"1" * 5000 + b"}", "not valid JSON"),
        (b"<html></html>", "not valid JSON"),
        (b"[]", "not an object"),
        (b'"a"', "not an object"),
        (b"1", "not an object"),
        (b"null", "not an object"),
        (b'{"a":1,"a":1}', "a member name is repeated"),
        (b'{"a":1,"\\u0061":1}', "a member name is repeated"),
        (b'{"b":[{"a":1,"a":2}]}', "a member name is repeated"),
        (b'{"a":NaN}', "NaN or Infinity"),
        (b'{"a":-Infinity}', "NaN or Infinity"),
        (b'{"a":1e999}', "a number too large"),
        (b'{"a":"\xff"}', "not UTF-8"),
        (b'{"a":"\xc0\xaf"}', "not UTF-8"),
        (b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
        (b'{"a":"\\ud800"}', "an unpaired surrogate"),
        (b'{"\\udfff":1}', "an unpaired surrogate"),
        (b'{"a":[["\\udfff"]]}', "an unpaired surrogate"),
        (b'{"a":[' + b"{}," * 20_000 + b"{}]}", "too many values"),
        (b'{"a":' + b"[" * 15_000 + b"]" * 15_000 + b"}", "nested too deeply"),
    ],
)
def test_what_readers_could_read_differently_is_refused(body: bytes, detail: str) -> None:
    assert refusal(body) == detail


def test_nesting_is_bounded_exactly() -> None:
    def nested(depth: int) -> bytes:
        return b'{"a":' + b"[" * (depth - 2) + b"]" * (depth - 2) + b"}"

    assert json_object(KIND, nested(MAX_DEPTH - 1))
    assert refusal(nested(MAX_DEPTH + 2)) == "nested too deeply"


def test_a_surrogate_pair_is_text() -> None:
    assert json_object(KIND, b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":[' + b"{}," * 9_000 + b"{}]}",
        b'{"a":[' + b"{}," * 400_000 + b"{}]}",
        b"{" + b",".join(b'"%d":1' % n for n in range(19_000)) + b"}",
        b'{"a":"' + b"x" * 1_000_000 + b'"}',
    ],
)
def test_a_hostile_text_costs_little_memory(body: bytes) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(OutboundAnswerInvalid):
            json_object(KIND, body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5 * 1024 * 1024


def test_deep_text_is_refused_at_any_depth_of_our_own_stack() -> None:
    def descend(levels: int) -> str:
        if levels:
            return descend(levels - 1)
        return refusal(b'{"a":' + b"[" * 900 + b"]" * 900 + b"}")

    assert descend(sys.getrecursionlimit() // 2) == "nested too deeply"


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, database=None)
@given(st.dictionaries(st.text(), _VALUES, max_size=5))
def test_every_object_comes_back_as_it_was_written(document: dict[str, object]) -> None:
    for ascii_only in (True, False):
        told = json.dumps(document, ensure_ascii=ascii_only).encode()
        assert json_object(KIND, told) == document


@settings(max_examples=300, deadline=None, database=None)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:0123456789eE+-.\\unaNIf ').map(str.encode))
def test_no_text_makes_anything_but_an_object_or_a_refusal(body: bytes) -> None:
    try:
        document = json_object(KIND, body)
    except OutboundAnswerInvalid:
        return
    assert isinstance(document, dict)
