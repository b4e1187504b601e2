"""Strict reading of `application/x-www-form-urlencoded` bodies.

Stricter than the parsers of browsers' servers on purpose: two readers that disagree about a form
are a way around every rule, so whatever could be read in two ways is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS_MOST: Final = 100

_HEXADECIMAL: Final = "0123456789abcdefABCDEF"
_ASCII: Final = {
    high + low: chr(int(high + low, 16)) for high in "01234567" for low in _HEXADECIMAL
}
"""Escapes of ASCII characters: nearly all there are, decoded in a sixth of the usual time."""
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters, and the two line separators that some log readers break at."""


class FormComponentError(ValueError):
    """A name or value is not validly encoded; the text says what is allowed."""


def decode_component(text: str) -> str:
    """Decode one name or value: `+` is a space, `%XX` a byte of UTF-8.

    Raises:
        FormComponentError: a broken escape, bytes that are not UTF-8, or a control character.
    """
    if "+" in text:
        text = text.replace("+", " ")
    if "%" in text:
        text = _unescaped(text)
    if not text.isprintable() and CONTROL.search(text) is not None:
        raise FormComponentError("control characters are not allowed")
    return text


def _unescaped(text: str) -> str:
    first, *rest = text.split("%")
    try:
        return first + "".join([_ASCII[part[:2]] + part[2:] for part in rest])
    except KeyError:
        pass  # beyond ASCII, or broken
    if _BAD_ESCAPE.search(text) is not None:
        raise FormComponentError("a percent sign must be followed by two hexadecimal digits")
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise FormComponentError("escaped bytes must be valid UTF-8") from None


def parse_form(body: bytes, known: Mapping[str, int]) -> dict[str, list[str]]:
    """The values of every name, in order; empty values stay.

    `known` says which names a refusal may repeat: a name from outside never gets into an answer.

    Raises:
        InvalidField: the body is not a strictly encoded form, or has more than 100 fields.
    """
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        raise InvalidField(
            "body", "ASCII only, other characters percent-encoded as UTF-8"
        ) from None
    if text.count("&") >= FIELDS_MOST:
        raise InvalidField("body", f"at most {FIELDS_MOST} fields")
    values: dict[str, list[str]] = {}
    for pair in text.split("&"):
        if not pair:
            continue
        raw_name, _, raw_value = pair.partition("=")
        name = raw_name if raw_name in known else _decoded_name(raw_name)
        try:
            value = decode_component(raw_value)
        except FormComponentError as broken:
            raise InvalidField(name if name in known else "body", str(broken)) from None
        if name in values:
            values[name].append(value)
        else:
            values[name] = [value]
    return values


def _decoded_name(raw_name: str) -> str:
    try:
        return decode_component(raw_name)
    except FormComponentError as broken:
        raise InvalidField("body", f"field names: {broken}") from None
