"""The grammar of compact JWS (RFC 7515 section 7.1), with one spelling for each token.

PyJWT accepts padded segments and duplicate members, other readers differ in other ways. What two
readers understand differently is refused here before anything else looks at it.
"""

from __future__ import annotations

import binascii
import json
import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from authserver.crypto.jose_refusals import Refusal, TokenRefused

TOKEN_CHARS_MAX: Final = 16 * 1024
"""No token of any kind may be longer (RFC 8725 section 3.x: bounded work before trust)."""

NESTING_MAX: Final = 8
"""Objects and arrays in one another; every claim in use needs three at most."""

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_FROM_STANDARD: Final = bytes.maketrans(b"+/", b"-_")
# By length modulo 4: what the last character may be, so that its unused bits are zero.
_LAST: Final = (_ALPHABET, b"", b"AQgw", b"AEIMQUYcgkosw048")
_PADDING: Final = (b"", b"", b"==", b"=")
# Unrolled, and content with a missing end: linear on hostile text too. (Possessive quantifiers are
# wrong before Python 3.11.5.)
_STRING: Final = re.compile(r'(?s)"[^"\\]*(?:\\.[^"\\]*)*"?')
_BRACKETS: Final = re.compile(r"[\[\]{}]")


@dataclass(frozen=True, slots=True)
class Segments:
    """A token taken apart; `signing_input` is what the signature covers."""

    header: bytes
    payload: bytes
    signature: bytes
    signing_input: bytes


def split(token: str, limit: int = TOKEN_CHARS_MAX) -> Segments:
    """Take a compact JWS of at most `limit` characters apart and decode its segments.

    Raises:
        TokenRefused: it is longer, has other than three segments, or one is not canonical.
    """
    if len(token) > limit:
        raise TokenRefused(Refusal.SIZE)
    try:
        raw = token.encode("ascii")
    except UnicodeEncodeError:
        raise TokenRefused(Refusal.ENCODING) from None
    parts = raw.split(b".")
    if len(parts) != 3 or not all(parts):  # noqa: PLR2004 - the compact serialization has three
        raise TokenRefused(Refusal.SEGMENTS)
    header, payload, signature = (decode_segment(part) for part in parts)
    if header is None or payload is None or signature is None:
        raise TokenRefused(Refusal.ENCODING)
    return Segments(header, payload, signature, raw[: raw.rindex(b".")])


def decode_segment(segment: bytes) -> bytes | None:
    """The bytes of one base64url segment without padding; `None` for any second spelling."""
    if not segment or segment.translate(None, _ALPHABET):
        return None
    rest = len(segment) % 4
    if segment[-1] not in _LAST[rest]:
        return None
    return binascii.a2b_base64(segment.translate(_TO_STANDARD) + _PADDING[rest])


def encode_segment(data: bytes) -> bytes:
    """Base64url without padding."""
    encoded = binascii.b2a_base64(data, newline=False)
    return encoded.rstrip(b"=").translate(_FROM_STANDARD)


def parse_object(data: bytes) -> dict[str, Any]:
    """One JSON object: strict UTF-8, no member twice, no NaN, no infinity, little nesting.

    Raises:
        TokenRefused: it is something else.
    """
    try:
        text = data.decode("utf-8")
        if _nesting(text) > NESTING_MAX:
            raise TokenRefused(Refusal.JSON)
        # orjson knows the grammar to the letter (lone surrogates, NaN, numbers beyond a double);
        # json can be asked to show every member.
        orjson.loads(data)
        value = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise TokenRefused(Refusal.JSON) from None
    if type(value) is not dict:
        raise TokenRefused(Refusal.JSON)
    return value


def _nesting(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members
