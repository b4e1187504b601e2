"""Texts that people give: bounded, printable, on one line."""

from __future__ import annotations

import pytest

from authserver.domain.errors import InvalidField
from authserver.domain.texts import check_text, shown_time


@pytest.mark.parametrize("value", ["CI reader", "Ärger & Söhne", "報告", "x" * 20])
def test_printable_text_is_taken(value: str) -> None:
    assert check_text("name", f"  {value}\t", longest=20) == value


@pytest.mark.parametrize(
    "value",
    ["a\nb", "a\tb", "a\x00b", "a\x1b[2Jb", "a\x7fb", "a\u2028b", "a\u202eb", "\ud800", "a\u200bb"],
)
def test_what_does_not_print_is_refused(value: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        check_text("name", value, longest=20)
    assert (refusal.value.field, refusal.value.allowed) == (
        "name",
        "printable characters only, on one line",
    )


def test_too_long_a_text_is_refused() -> None:
    assert check_text("name", "x" * 20, longest=20)
    with pytest.raises(InvalidField, match="at most 20 characters"):
        check_text("name", "x" * 21, longest=20)


def test_an_empty_text_is_refused_where_one_is_required() -> None:
    assert check_text("contact", "  ", longest=20, required=False) == ""
    with pytest.raises(InvalidField, match="name: 1 to 20 characters"):
        check_text("name", "  ", longest=20)


@pytest.mark.parametrize(
    ("at", "expected"),
    [(0.0, "1970-01-01 00:00:00 UTC"), (1_795_356_309.9, "2026-11-22 14:05:09 UTC")],
)
def test_a_moment_is_shown_with_its_zone(at: float, expected: str) -> None:
    assert shown_time(at) == expected


@pytest.mark.parametrize("at", [253_402_300_800.0, -1e300, float("inf"), float("nan")])
def test_a_number_that_no_calendar_knows_is_written_as_it_is(at: float) -> None:
    assert shown_time(at) == repr(at)
