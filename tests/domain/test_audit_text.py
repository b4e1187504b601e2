"""Hostile text in audit records."""

from __future__ import annotations

import pytest

from authserver.domain.audit_text import visible


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "Zoë Ångström",
        "日本語",
        "a b",
        "back\\slash",
        "emoji 🙂",
        "\"quotes\" and 'more'",
    ],
)
def test_printable_text_stays_as_it_is(text: str) -> None:
    assert visible(text, 100) == text


@pytest.mark.rule("AU-02")
@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\r\nb", "a\\x0d\\x0ab"),
        ("\x1b[2J", "\\x1b[2J"),
        ("nul\x00", "nul\\x00"),
        ("del\x7f", "del\\x7f"),
        ("\x9b31m", "\\x9b31m"),
        ("line\u2028separator", "line\\u2028separator"),
        ("paragraph\u2029", "paragraph\\u2029"),
        ("\u202eright to left", "\\u202eright to left"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("lone \udc80 surrogate", "lone \\udc80 surrogate"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("tab\t", "tab\\x09"),
    ],
)
def test_what_steers_a_screen_is_written_out(hostile: str, shown: str) -> None:
    assert visible(hostile, 100) == shown
    assert visible(shown, 100) == shown, "doing it twice changes nothing"


@pytest.mark.parametrize("text", ["x" * 11, "\x00" * 11, "\x00" * 4, "é" * 5000])
def test_a_long_text_is_cut_and_says_so(text: str) -> None:
    shown = visible(text, 10)
    assert len(shown) == 10
    assert shown.endswith("…")
    assert visible(shown, 10) == shown


def test_a_text_of_the_longest_length_is_whole() -> None:
    assert visible("x" * 10, 10) == "x" * 10
