"""Reading a JSON body that everybody who reads it reads the same (RFC 8259, RFC 7493)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import orjson

from authserver.domain.errors import InvalidField
from authserver.machine.refusals import FrameRefusal

if TYPE_CHECKING:
    from authserver.machine.requests import Request

JSON_TYPE: Final = "application/json"
DEEPEST: Final = 16
LONGEST_NUMBER_BITS: Final = 63
_JSON_TYPE: Final = re.compile(
    r'application/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?\Z', re.IGNORECASE
)
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ALLOWED: Final = "one JSON object in UTF-8 in which no member stands twice, little nested"


def read_json(request: Request) -> dict[str, object]:
    """The object in the body.

    Raises:
        FrameRefusal: 415, the body is not declared as JSON.
        InvalidField: for `body`, it is anything but one strict object.
    """
    value = read_json_value(request)
    if not isinstance(value, dict):
        raise InvalidField("body", _ALLOWED)
    return value


def read_json_value(request: Request) -> Any:
    """Whatever is in the body, read as strictly as an object. Raises as `read_json` does."""
    if _JSON_TYPE.match(request.headers.get("content-type", "")) is None:
        raise FrameRefusal(415, f"Content-Type: must be {JSON_TYPE}")
    return _parsed(request.body)


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
        if _nesting(text) > DEEPEST:
            raise InvalidField("body", _ALLOWED)
        # orjson knows the grammar to the letter (lone surrogates, NaN, numbers beyond a double);
        # json can be asked to show every member.
        orjson.loads(body)
        return json.loads(text, object_pairs_hook=_unique, parse_int=_whole)
    except (ValueError, RecursionError):
        raise InvalidField("body", _ALLOWED) from None


def _nesting(text: str) -> int:
    depth = deepest = 0
    for character in _STRING.sub("", text):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _whole(digits: str) -> int:
    """A number that every reader can hold; orjson reads longer ones, but never writes them."""
    number = int(digits)
    if number.bit_length() > LONGEST_NUMBER_BITS:
        raise ValueError("a number of more than 63 bit")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members
