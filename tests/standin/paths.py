"""The path that a Tomcat would act on, which is not always the one on the wire."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
_PATH_PARAMETER: Final = re.compile(r";[^/]*")
_SLASHES: Final = re.compile(r"/{2,}")


def acted_on(target: str) -> str:
    """The path of a request target (each byte a character), as a lenient Tomcat maps it.

    Path parameters are cut off, escapes decoded once (also those of slashes, as with
    `encodedSolidusHandling="decode"`), backslashes taken for slashes, slashes merged, and dot
    segments resolved. A Tomcat may be stricter; a guard in front must not count on it.
    """
    path = _ABSOLUTE.sub("", target, count=1) if _ABSOLUTE.match(target) else target
    path = path.partition("?")[0].partition("#")[0]
    path = _PATH_PARAMETER.sub("", path)
    path = unquote_to_bytes(path.encode("latin-1")).decode("utf-8", "replace")
    path = _SLASHES.sub("/", path.replace("\\", "/"))
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept = kept[:-1] if len(kept) > 1 else kept
        elif segment != ".":
            kept.append(segment)
    resolved = "/".join(kept)
    return resolved if resolved.startswith("/") else f"/{resolved}"


def query_of(target: str) -> str:
    """What stands behind the first question mark."""
    return target.partition("?")[2]
