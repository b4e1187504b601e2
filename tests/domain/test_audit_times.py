"""Moments as auditors write and read them."""

from __future__ import annotations

import pytest

from authserver.domain.audit_times import moment, written
from authserver.domain.errors import InvalidField

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2027-01-15T08:00:00Z", NOW),
        ("2027-01-15T09:00:00+01:00", NOW),
        ("2027-01-15 08:00:00.250Z", NOW + 0.25),
        ("30s", NOW - 30),
        ("15m", NOW - 900),
        ("2h", NOW - 7200),
        ("7d", NOW - 604_800),
        ("4w", NOW - 2_419_200),
        ("0s", NOW),
    ],
)
def test_a_moment_is_a_time_with_a_zone_or_an_age(text: str, at: float) -> None:
    assert moment(text, NOW, "since") == at


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-15T08:00:00",
        "2027-01-15",
        "yesterday",
        "15",
        "-5m",
        "5 m",
        "5m\n",
        "\u0665m",
        "99999999d",
        "10000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00x",
        "\x00",
    ],
)
def test_anything_else_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        moment(text, NOW, "until")
    assert refusal.value.field == "until"
    assert "zone" in refusal.value.allowed


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW, "2027-01-15T08:00:00.000Z"),
        (NOW + 0.1239, "2027-01-15T08:00:00.123Z"),
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
    ],
)
def test_a_moment_is_written_in_utc(at: float, text: str) -> None:
    assert written(at) == text
