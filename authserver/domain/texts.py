"""Texts that people give: names and contacts, bounded and printable."""

from __future__ import annotations

from datetime import UTC, datetime

from authserver.domain.errors import InvalidField


def check_text(field: str, value: str, *, longest: int, required: bool = True) -> str:
    """The text without surrounding blanks.

    Raises:
        InvalidField: it is empty though required, longer than `longest` characters, or holds
            characters that do not print (control characters, line ends, direction overrides).
    """
    text = value.strip()
    if not text and required:
        raise InvalidField(field, f"1 to {longest} characters")
    if len(text) > longest:
        raise InvalidField(field, f"at most {longest} characters")
    if not text.isprintable():
        raise InvalidField(field, "printable characters only, on one line")
    return text


def shown_time(at: float) -> str:
    """A moment (seconds since the epoch) for people: `2026-11-22 14:05:09 UTC`.

    A number that no calendar knows is written as it is.
    """
    try:
        stated = datetime.fromtimestamp(at, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return repr(at)
    return stated.strftime("%Y-%m-%d %H:%M:%S UTC")
