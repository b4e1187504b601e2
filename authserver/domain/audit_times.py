"""Moments as people write them: ISO 8601 with a zone, or so long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from authserver.domain.errors import InvalidField

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_RELATIVE: Final = re.compile(r"([0-9]{1,6})([smhdw])\Z")
_ALLOWED: Final = "a time with its zone (2027-01-15T08:00:00Z) or an age (30s, 15m, 2h, 7d, 4w)"


def moment(text: str, now: float, field: str) -> float:
    """Seconds since the epoch; an age counts back from `now`.

    Raises:
        InvalidField: it is neither (`field` is named), or the time lacks a zone.
    """
    age = _RELATIVE.match(text)
    if age is not None:
        return now - int(age[1]) * _UNITS[age[2]]
    try:
        stated = datetime.fromisoformat(text)
        if stated.tzinfo is None:
            raise InvalidField(field, _ALLOWED)
        return stated.timestamp()
    except (ValueError, OverflowError):
        raise InvalidField(field, _ALLOWED) from None


def written(at: float) -> str:
    """A moment in UTC to the millisecond: `2027-01-15T08:00:00.000Z`.

    A number that no calendar knows is written as it is.
    """
    try:
        stated = datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        return repr(at)
    return stated.strftime("%Y-%m-%dT%H:%M:%S.") + f"{stated.microsecond // 1000:03d}Z"
