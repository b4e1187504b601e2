"""Paths with their ids left out, so that calls of one route look alike."""

from __future__ import annotations

import re
from typing import Final

from authserver.domain.operations import EXTENSIONS

ID: Final = "{…}"
SEGMENTS_MAX: Final = 12
CHARS_MAX: Final = 200
_REST: Final = "rest"
_VERSION: Final = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})*\Z")
_VERSION_PLACE: Final = 2
"""Where the version stands behind `rest`: `/rest/api/2`."""
_ID: Final = re.compile(
    r"[0-9]+(?:[.,_-][0-9]+)*\Z"  # numbers
    r"|[A-Z][A-Z0-9_]+\Z"  # keys of projects and spaces
    r"|[A-Za-z][A-Za-z0-9_]+-[0-9]+\Z"  # keys of issues
    r"|[0-9A-Fa-f]{8,}(?:-[0-9A-Fa-f]{4,}){0,4}\Z"  # UUIDs and other hexadecimal ids
    r"|(?=[^0-9]*[0-9])[A-Za-z0-9_-]{20,}\Z"  # tokens
    r"|.{41}"  # names of routes are shorter
    r"|~|.*[%@:\[]"  # names of people, escapes, account ids, what was taken out as a secret
)


def path_shape(path: str) -> str:
    """`path` with `{…}` for every segment that looks like an id, cut where it is very long.

    What stands for the version of an API (`/rest/api/2`) stays.
    """
    parts = path.split("/")[1:]
    version_at = parts.index(_REST) + _VERSION_PLACE if _REST in parts else -1
    shown = [
        part if index == version_at and _VERSION.match(part) else _shown(part)
        for index, part in enumerate(parts[:SEGMENTS_MAX])
    ]
    if len(parts) > SEGMENTS_MAX:
        shown.append("…")
    shape = "/" + "/".join(shown)
    return shape if len(shape) <= CHARS_MAX else f"{shape[:CHARS_MAX]}…"


def _shown(part: str) -> str:
    for extension in EXTENSIONS:
        if part.endswith(extension):
            return _shown(part.removesuffix(extension)) + extension
    return ID if _ID.match(part) else part
