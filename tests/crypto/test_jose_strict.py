"""The grammar of compact JWS: one spelling for each token."""

from __future__ import annotations

import base64
import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.crypto.jose_refusals import Refusal, TokenRefused
from authserver.crypto.jose_strict import decode_segment, encode_segment, parse_object, split

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.binary(min_size=1, max_size=100))
def test_segments_come_back_as_they_went(data: bytes) -> None:
    encoded = encode_segment(data)
    assert encoded == base64.urlsafe_b64encode(data).rstrip(b"=")
    assert decode_segment(encoded) == data


@given(st.text(ALPHABET, min_size=1, max_size=12))
def test_a_segment_decodes_exactly_when_it_is_what_encoding_gives(text: str) -> None:
    data = decode_segment(text.encode())
    lenient = None
    if len(text) % 4 != 1:
        lenient = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    canonical = lenient is not None and encode_segment(lenient).decode() == text
    assert data == (lenient if canonical else None)


@given(st.binary(max_size=40))
def test_any_bytes_are_decoded_or_refused(segment: bytes) -> None:
    data = decode_segment(segment)
    assert data is None or encode_segment(data) == segment


@pytest.mark.parametrize(
    "segment",
    [b"", b"A", b"AB", b"ABB", b"AA=", b"AA==", b"AAAA=", b"A A", b"AA\n", b"A+", b"A/A", b"AAAAA"],
)
def test_padding_second_spellings_and_foreign_characters_are_refused(segment: bytes) -> None:
    assert decode_segment(segment) is None


@pytest.mark.parametrize(
    ("token", "refusal"),
    [
        ("", Refusal.SEGMENTS),
        ("AAAA", Refusal.SEGMENTS),
        ("AAAA.AAAA", Refusal.SEGMENTS),
        ("AAAA.AAAA.", Refusal.SEGMENTS),
        (".AAAA.AAAA", Refusal.SEGMENTS),
        ("AAAA..AAAA", Refusal.SEGMENTS),
        ("AAAA.AAAA.AAAA.AAAA", Refusal.SEGMENTS),
        ("A.A.A.A.A", Refusal.SEGMENTS),
        ("AAAA.AAAA.AAA=", Refusal.ENCODING),
        ("AAAA. AAA.AAAA", Refusal.ENCODING),
        ("AAAA.AAAA.AAAA\n", Refusal.ENCODING),
        ("AAAA.AAAA.üAAA", Refusal.ENCODING),
        ("AAAA.AAAA.\ud800AAA", Refusal.ENCODING),
        ("A" * 16_385, Refusal.SIZE),
    ],
    ids=range(14),
)
def test_what_is_not_three_canonical_segments_is_refused(token: str, refusal: Refusal) -> None:
    with pytest.raises(TokenRefused) as caught:
        split(token)
    assert caught.value.refusal is refusal


def test_three_segments_are_taken_apart() -> None:
    segments = split("AQ.AQI.AQID")
    assert (segments.header, segments.payload, segments.signature) == (
        b"\x01",
        b"\x01\x02",
        b"\x01\x02\x03",
    )
    assert segments.signing_input == b"AQ.AQI"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b'"text"',
        b"{",
        b"{}{}",
        b'{"a":1,}',
        b"{'a':1}",
        b'{"a":1,"a":1}',
        b'{"b":{"a":1,"a":2}}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e400}',
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":.5}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":"\xc0\xaf"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\n"}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":1}\0',
        b'{"a":1} // comment',
        b'{"a":' * 9 + b"1" + b"}" * 9,
        b'{"a":' + b"[" * 8 + b"]" * 8 + b"}",
        b'{"a":' + b"[" * 6000,
        b'{"a":' * 3000,
    ],
    ids=range(33),
)
def test_what_is_not_one_strict_object_is_refused(text: bytes) -> None:
    with pytest.raises(TokenRefused) as caught:
        parse_object(text)
    assert caught.value.refusal is Refusal.JSON


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"{}", {}),
        (b' {"a" : 1.5} ', {"a": 1.5}),
        (b'{"a":"[[[[[[[[[[[["}', {"a": "[[[[[[[[[[[["}),
        (b'{"a":"\\"[[[[[[[[[[[["}', {"a": '"[[[[[[[[[[[['}),
        ('{"ü":"\U0001f510"}'.encode(), {"ü": "\U0001f510"}),
        (b'{"a":[[[[[[[1]]]]]]]}', {"a": [[[[[[[1]]]]]]]}),
    ],
)
def test_a_strict_object_is_read(text: bytes, value: object) -> None:
    assert parse_object(text) == value


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.text(max_size=5), JSON_VALUES, max_size=4))
def test_every_shallow_object_comes_back(value: object) -> None:
    text = json.dumps(value)
    try:
        assert parse_object(text.encode()) == value
    except TokenRefused:
        assert text.count("[") + text.count("{") > 8


@given(st.binary(max_size=60) | st.text('{}[]":,\\ue10-.NaI \n', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        value = parse_object(data)
    except TokenRefused:
        return
    assert json.loads(data) == value


@pytest.mark.rule("JW-08")
@pytest.mark.parametrize(
    "text",
    [
        b'"' * 12_000,
        b'\\"' * 6_000,
        b'"\\' * 6_000,
        b"{" * 12_000,
        b"[" * 6_000 + b"]" * 6_000,
        b'{"a":' * 2_400,
        b'{"a":' + b"9" * 12_000 + b"}",
        b'{"a":"' + b"\\u0061" * 2_000 + b'"}',
        b'{"' + b'":1,"'.join(b"%d" % number for number in range(2_000)) + b'":1}',
    ],
    ids=range(9),
)
def test_hostile_objects_cost_little(text: bytes) -> None:
    assert min(_seconds(text) for _ in range(3)) < 0.05


def _seconds(text: bytes) -> float:
    """Processor time of this thread: what else the machine does is not counted."""
    began = time.thread_time()
    with contextlib.suppress(TokenRefused):
        parse_object(text)
    return time.thread_time() - began


def test_a_reason_never_holds_a_word_from_the_token() -> None:
    with pytest.raises(TokenRefused) as caught:
        parse_object(b'{"swordfish":NaN}')
    assert "swordfish" not in f"{caught.value} {caught.value!r} {caught.value.__cause__}"
    assert str(TokenRefused(Refusal.CLAIMS, "exp")).endswith("(exp)")
