"""Where a claim stands: by its name, or by a pointer into it (RFC 6901)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ABSENT: Final = object()
"""What is not there; a `null` is."""
INDEX: Final = re.compile(r"(?:0|[1-9][0-9]{0,8})\Z")
BAD_ESCAPE: Final = re.compile(r"~(?![01])")


def is_pointer(place: str) -> bool:
    """Whether `place` is a pointer; anything else is the name of a claim."""
    return place.startswith("/")


def is_readable(place: str) -> bool:
    """Whether it can name anything: of a pointer, `~` is followed by 0 or 1."""
    return bool(place) and not (is_pointer(place) and BAD_ESCAPE.search(place))


def first_name(place: str) -> str:
    """The name of the claim in which `place` is."""
    return _names(place)[0] if is_pointer(place) else place


def claim_at(claims: Mapping[str, object], place: str) -> object:
    """The value at `place`, or `ABSENT`."""
    if not is_readable(place):
        return ABSENT
    if not is_pointer(place):
        return claims.get(place, ABSENT)
    found: object = claims
    for name in _names(place):
        found = _member(found, name)
    return found


def _names(pointer: str) -> list[str]:
    return [name.replace("~1", "/").replace("~0", "~") for name in pointer.split("/")[1:]]


def _member(value: object, name: str) -> object:
    if isinstance(value, dict):
        return value.get(name, ABSENT)
    if isinstance(value, list) and INDEX.match(name) and int(name) < len(value):
        return value[int(name)]
    return ABSENT
