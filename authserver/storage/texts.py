"""Texts from outside that no row can hold."""

from __future__ import annotations


def is_storable(value: str) -> bool:
    """Whether both back-ends can hold the text: no NUL, no lone surrogate.

    Anybody can send such a text as a name to look up. The honest answer is "not found", which
    the database cannot give: it refuses the question.
    """
    if value.isascii():
        return "\x00" not in value
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value
