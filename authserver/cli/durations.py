"""Durations as people write and read them: `90d`, `10 minutes`."""

from __future__ import annotations

from typing import Final

import click

from authserver.domain.durations import WRITTEN_AS, seconds_written

_NAMES: Final = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_MOST_PARTS: Final = 2


class Duration(click.ParamType[int]):
    """An option's value in whole seconds."""

    name = "duration"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Seconds; a number needs its unit, for 10 could be anything, except for 0."""
        if isinstance(value, int):
            return value
        if value == "0":
            return 0
        seconds = seconds_written(value)
        if seconds is None:
            self.fail(WRITTEN_AS, param, ctx)
        return seconds


DURATION: Final = Duration()


def shown_duration(seconds: float) -> str:
    """The two largest parts in words: `1 hour 30 minutes`; less than a second is `0 seconds`."""
    left = int(seconds)
    parts: list[str] = []
    for size, name in _NAMES:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}" + ("s" if count > 1 else ""))
        if len(parts) == _MOST_PARTS:
            break
    return " ".join(parts) or "0 seconds"


def shown_age(at: float, now: float) -> str:
    """How long ago `at` was or how far ahead it is, in its largest part: `3 days ago`."""
    seconds = abs(now - at)
    size, name = next(((size, name) for size, name in _NAMES if seconds >= size), (1, "second"))
    count = int(seconds // size)
    if not count:
        return "now"
    amount = f"{count} {name}" + ("s" if count > 1 else "")
    return f"{amount} ago" if at < now else f"in {amount}"
