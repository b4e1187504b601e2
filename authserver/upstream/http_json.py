"""Reads JSON that everybody who reads it reads the same (RFC 8259, RFC 7493)."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final, NoReturn

from authserver.domain.outbound import OutboundAnswerInvalid, OutboundReason

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH: Final = 32
MAX_VALUES: Final = 20_000
"""Bounds the memory that a small text of many tiny values can take (an empty object needs 64)."""

_MEDIA_TYPE: Final = re.compile(r"application/(?:[a-z0-9!#$&^_.-]+\+)?json\Z")


class _Unfit(ValueError):
    """The text breaks a rule; the message says which one."""


def json_object(content_type: str, body: bytes) -> dict[str, object]:
    """The object in `body`.

    Refused: another media type or charset, invalid UTF-8, anything but an object at the top,
    repeated member names, NaN and Infinity, numbers too large for a float, unpaired surrogates,
    nesting deeper than `MAX_DEPTH`, more than about `MAX_VALUES` values.

    Raises:
        OutboundAnswerInvalid: `not_json`; the detail names the rule, never the content.
    """
    document: dict[str, object] = _value(content_type, body, dict, "not an object")
    return document


def json_array(content_type: str, body: bytes) -> list[object]:
    """The array in `body`, under the rules of `json_object`. Raises OutboundAnswerInvalid."""
    document: list[object] = _value(content_type, body, list, "not an array")
    return document


def _value(content_type: str, body: bytes, kind: type, otherwise: str) -> Any:
    detail = ""
    try:
        return _parse(content_type, body, kind, otherwise)
    except _Unfit as error:
        detail = str(error)
    except RecursionError:
        detail = "nested too deeply"
    except ValueError:
        detail = "not valid JSON"
    # Raised outside the handlers: the parser's own error holds the whole text.
    raise OutboundAnswerInvalid(OutboundReason.NOT_JSON, detail)


def _parse(content_type: str, body: bytes, kind: type, otherwise: str) -> object:
    if not _is_json(content_type):
        raise _Unfit("the Content-Type is not a JSON one")
    # Commas and braces inside strings count too: an upper bound costs no second parser.
    if sum(body.count(mark) for mark in (b",", b"{", b"[")) > MAX_VALUES:
        raise _Unfit("too many values")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise _Unfit("not UTF-8") from None
    document = json.loads(
        text,
        object_pairs_hook=_members,
        parse_constant=_refuse_constant,
        parse_float=_finite,
    )
    if not isinstance(document, kind):
        raise _Unfit(otherwise)
    _check(document)
    return document


def _is_json(content_type: str) -> bool:
    """Whether the media type is a JSON one (RFC 6839) and its charset, if told, is UTF-8."""
    media_type, *parameters = (part.strip(" \t").lower() for part in content_type.split(";"))
    charsets = {part.partition("=")[2] for part in parameters if part.startswith("charset=")}
    return bool(_MEDIA_TYPE.match(media_type)) and charsets <= {"utf-8", "utf8", '"utf-8"'}


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Unfit("a member name is repeated")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise _Unfit("NaN or Infinity")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Unfit("a number too large")
    return number


def _check(document: object) -> None:
    """Depth and strings, level by level so that depth costs no stack."""
    level: list[object] = [document]
    for _ in range(MAX_DEPTH):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return
    raise _Unfit("nested too deeply")


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list):
        yield from value
    elif isinstance(value, str) and not _is_text(value):
        raise _Unfit("an unpaired surrogate")


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
