"""Durations as people write them: `90d`, `1h30m`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

WRITTEN_AS: Final = "a number with its unit, like 45s, 10m, 12h, 30d, 4w or 1h30m"
_UNITS: Final[Mapping[str, int]] = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_WRITTEN: Final = re.compile(r"(?:[0-9]{1,9}[smhdw]){1,9}")
_PART: Final = re.compile(r"([0-9]+)([smhdw])")


def seconds_written(text: str) -> int | None:
    """Whole seconds; `None` for anything else, a number without a unit too."""
    if _WRITTEN.fullmatch(text) is None:
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def written_seconds(seconds: float) -> str:
    """Whole seconds as `seconds_written` reads them, in the largest units: `1d12h`."""
    left = int(seconds)
    parts: list[str] = []
    for unit in ("d", "h", "m", "s"):
        count, left = divmod(left, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
