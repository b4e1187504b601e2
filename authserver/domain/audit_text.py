"""Text that others wrote, made safe to store and to print (AU-02)."""

from __future__ import annotations


def visible(text: str, limit: int) -> str:
    r"""The text with everything unprintable written out, at most `limit` characters long.

    Line breaks, escape sequences, direction marks, separators such as U+2028 and lone surrogates
    become `\x1b` or `\u2028`, so that one record stays one record on every screen and in every
    database. Doing it twice changes nothing. A text that was cut ends in an ellipsis.
    """
    if len(text) <= limit and text.isprintable():
        return text
    shown = "".join(
        character if character.isprintable() else _written_out(character)
        for character in text[: limit + 1]
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _written_out(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 - what two hexadecimal digits can say
        return f"\\x{code:02x}"
    if code <= 0xFFFF:  # noqa: PLR2004 - what four hexadecimal digits can say
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"
