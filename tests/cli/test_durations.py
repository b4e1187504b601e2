"""Durations: written short, read in words."""

from __future__ import annotations

import click
import pytest

from authserver.cli.durations import DURATION, shown_age, shown_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("45s", 45),
        ("10m", 600),
        ("12h", 43_200),
        ("30d", 2_592_000),
        ("4w", 2_419_200),
        ("1h30m", 5400),
        ("1d12h", 129_600),
    ],
)
def test_a_number_with_its_unit_is_a_duration(text: str, seconds: int) -> None:
    assert DURATION.convert(text, None, None) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "m",
        "-5m",
        "5 m",
        "5m ",
        "5m\n",
        "1.5h",
        "5y",
        "\u0665m",
        "5M",
        "1e9s",
        "1" * 10 + "d",
    ],
)
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(click.BadParameter, match="45s, 10m, 12h, 30d"):
        DURATION.convert(text, None, None)


def test_a_default_is_taken_as_it_is() -> None:
    assert DURATION.convert(86_400, None, None) == 86_400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (0.9, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (90, "1 minute 30 seconds"),
        (600, "10 minutes"),
        (3600, "1 hour"),
        (3601, "1 hour 1 second"),
        (86_400, "1 day"),
        (90_061, "1 day 1 hour"),
        (7_776_000, "90 days"),
    ],
)
def test_a_duration_is_shown_in_its_two_largest_parts(seconds: float, text: str) -> None:
    assert shown_duration(seconds) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (1000.0, "now"),
        (999.5, "now"),
        (1000.4, "now"),
        (999.0, "1 second ago"),
        (940.0, "1 minute ago"),
        (821.0, "2 minutes ago"),
        (1090.0, "in 1 minute"),
        (1000.0 - 86_400 * 3.5, "3 days ago"),
        (1000.0 + 7200, "in 2 hours"),
    ],
)
def test_an_age_is_shown_in_its_largest_part(at: float, text: str) -> None:
    assert shown_age(at, 1000.0) == text
