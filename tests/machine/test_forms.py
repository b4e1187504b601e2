"""Strict reading of form bodies."""

from __future__ import annotations

from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.errors import InvalidField
from authserver.domain.form_components import CONTROL, FormComponentError, decode_component
from authserver.machine.forms import FIELDS_MOST, parse_form

KNOWN = {"scope": 100, "code": 100}
PRINTABLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).filter(
    lambda text: CONTROL.search(text) is None
)


@settings(deadline=None)
@given(PRINTABLE)
def test_what_a_form_encoder_writes_is_read_back(text: str) -> None:
    assert decode_component(quote_plus(text)) == text


@settings(deadline=None)
@given(st.lists(st.tuples(PRINTABLE, PRINTABLE), max_size=20))
def test_a_whole_form_is_read_back(pairs: list[tuple[str, str]]) -> None:
    expected: dict[str, list[str]] = {}
    for name, value in pairs:
        expected.setdefault(name, []).append(value)
    assert parse_form(urlencode(pairs).encode(), KNOWN) == expected


@pytest.mark.parametrize(
    "text", ["%", "a%", "%4", "%zz", "%4g", "%%41", "%u0041", "%-1", "% 41", "%+1", "%41%"]
)
def test_a_broken_escape_is_refused(text: str) -> None:
    with pytest.raises(FormComponentError, match="two hexadecimal digits"):
        decode_component(text)


@pytest.mark.parametrize("text", ["%ff", "%c3", "%c3%28", "%c0%af", "%ed%a0%80", "%f5%80%80%80"])
def test_escaped_bytes_that_are_no_utf_8_are_refused(text: str) -> None:
    with pytest.raises(FormComponentError, match="UTF-8"):
        decode_component(text)


@pytest.mark.parametrize(
    "text", ["%00", "%0a", "%0D", "a%1bb", "%7F", "%c2%85", "%e2%80%a8", "%e2%80%a9", "\t"]
)
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(FormComponentError, match="control characters"):
        decode_component(text)


def test_letters_of_any_script_and_odd_spaces_are_values_like_others() -> None:
    assert decode_component("%C3%BC%E6%97%A5%F0%9F%94%91%C2%A0%E2%80%8B") == "ü日🔑\xa0\u200b"


def test_hexadecimal_digits_of_both_cases_mean_the_same() -> None:
    assert decode_component("%2f%2F%3a%3A") == "//::"


@pytest.mark.parametrize("body", [b"scope=\xc3\xbc", b"\xff=1", b"scope=a\x80"])
def test_raw_bytes_beyond_ascii_are_refused(body: bytes) -> None:
    with pytest.raises(InvalidField, match="ASCII only"):
        parse_form(body, KNOWN)


@pytest.mark.parametrize("body", [b"scope=a\x00", b"scope=a\nb", b"sc\x0bope=a", b"x\x7f=1"])
def test_raw_control_characters_are_refused(body: bytes) -> None:
    with pytest.raises(InvalidField, match="control characters"):
        parse_form(body, KNOWN)


def test_a_refusal_names_a_known_field_and_no_other() -> None:
    with pytest.raises(InvalidField) as known:
        parse_form(b"scope=%zz", KNOWN)
    with pytest.raises(InvalidField) as unknown:
        parse_form(b"hunter2=%zz", KNOWN)
    with pytest.raises(InvalidField) as name:
        parse_form(b"hunter2%zz=1", KNOWN)
    assert known.value.field == "scope"
    assert (unknown.value.field, name.value.field) == ("body", "body")
    assert "hunter2" not in f"{unknown.value}{name.value}"


@pytest.mark.rule("HT-02")
def test_more_than_a_hundred_fields_are_refused() -> None:
    most = "&".join(f"f{number}=1" for number in range(FIELDS_MOST))
    assert len(parse_form(most.encode(), KNOWN)) == 100
    with pytest.raises(InvalidField, match="at most 100 fields"):
        parse_form(f"{most}&g=1".encode(), KNOWN)
    with pytest.raises(InvalidField, match="at most 100 fields"):
        parse_form(b"&" * 100, KNOWN)


def test_empty_pairs_count_for_nothing_and_a_name_alone_is_empty() -> None:
    assert parse_form(b"&&scope&code=&=x&", KNOWN) == {"scope": [""], "code": [""], "": ["x"]}


def test_only_the_first_equals_sign_divides() -> None:
    assert parse_form(b"scope=a=b==", KNOWN) == {"scope": ["a=b=="]}


def test_an_escaped_name_is_the_same_name() -> None:
    assert parse_form(b"sc%6fpe=a&scope=b", KNOWN) == {"scope": ["a", "b"]}
