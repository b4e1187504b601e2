"""Cursors: where a list goes on, sealed so that nobody makes one up."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING, Final

import orjson

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import SecretDigester

CURSOR_PURPOSE: Final = "cursor"
LONGEST: Final = 2000
_SEAL_BYTES: Final = 16

Position = tuple[str | int | float | bool | None, ...]
"""The values after which a list goes on: those it is sorted by, and what tells two rows apart."""


class Cursors:
    """Makes cursors, and reads only its own."""

    def __init__(self, digester: SecretDigester) -> None:
        """Take what seals them."""
        self._digester = digester

    def seal(self, position: Position, bound_to: Sequence[str]) -> str:
        """The cursor for a position in the list that `bound_to` describes."""
        place = orjson.dumps(position)
        seal = self._seal(place, bound_to, self._digester.current_pepper)
        return _written(seal + place)

    def open(self, cursor: str, bound_to: Sequence[str]) -> Position:
        """The position in a cursor.

        Raises:
            InvalidField: it is not ours, or belongs to another list, filter or order.
        """
        read = _read(cursor) if len(cursor) <= LONGEST else b""
        seal, place = read[:_SEAL_BYTES], read[_SEAL_BYTES:]
        seals = [self._seal(place, bound_to, each) for each in self._digester.peppers]
        matches = [hmac.compare_digest(seal, each) for each in seals]
        if not any(matches):
            raise InvalidField("cursor", "one that this list gave, with the same filters")
        return tuple(orjson.loads(place))

    def _seal(self, place: bytes, bound_to: Sequence[str], pepper: str) -> bytes:
        said = orjson.dumps([place.decode(), *bound_to]).decode()
        return self._digester.digest(CURSOR_PURPOSE, said, pepper)[:_SEAL_BYTES]


def _written(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    """The bytes, none for what is no base64url or holds no UTF-8 after the seal."""
    try:
        value = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        value[_SEAL_BYTES:].decode()
    except (NotBase64, ValueError):
        return b""
    return value
