"""The query-string hash (`qsh`) of Atlassian Connect: what a JWT says which call it is for.

Computed as npm `atlassian-jwt` does; docs/explanation/connect-jwt.md says where it is stricter.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final
from urllib.parse import quote, unquote_to_bytes

CONTEXT_HASH: Final = "context-qsh"
"""What Atlassian writes where a JWT is for no call at all."""
JWT_PARAMETER: Final = "jwt"

_SEPARATOR: Final = "&"
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~-]*")
"""Unreserved characters (RFC 3986 section 2.3): they are written like this, and mean themselves."""
_NO_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def query_hash(method: str, target: str, base_path: str) -> str | None:
    """Hexadecimal SHA-256 of the canonical request; `None` where there is no single one."""
    canonical = canonical_request(method, target, base_path)
    return None if canonical is None else hashlib.sha256(canonical.encode()).hexdigest()


def canonical_request(method: str, target: str, base_path: str) -> str | None:
    """Method, path below `base_path` and query, as they are signed.

    `target` is the request target as it came; the path is not decoded. The query is, and `None` is
    the answer where one of its escapes is broken or no UTF-8: others read that in several ways.
    """
    path, _, query = target.partition("?")
    parameters = _canonical_query(query)
    if parameters is None:
        return None
    return _SEPARATOR.join((method.upper(), _canonical_path(path, base_path), parameters))


def _canonical_path(path: str, base_path: str) -> str:
    if base_path and (path == base_path or path.startswith(base_path + "/")):
        path = path[len(base_path) :]
    # Otherwise `/a&b=c?d=e` and `/a?b=c&d=e` would have the same hash.
    path = path.replace(_SEPARATOR, quote(_SEPARATOR, safe=""))
    if path[:1] != "/":
        path = "/" + path
    return path[:-1] if len(path) > 1 and path[-1] == "/" else path


def _canonical_query(query: str) -> str | None:
    values: dict[str, list[str]] = {}
    for part in query.split(_SEPARATOR):
        if not part:
            continue
        name, _, value = map(_decoded, part.partition("="))
        if name is None or value is None:
            return None
        if name != JWT_PARAMETER:
            values.setdefault(name, []).append(value)
    return _SEPARATOR.join(
        f"{_encoded(name)}={','.join(map(_encoded, sorted(values[name], key=_utf_16)))}"
        for name in sorted(values, key=_utf_16)
    )


def _decoded(text: str) -> str | None:
    if _PLAIN.fullmatch(text) is not None:
        return text
    if _NO_ESCAPE.search(text) is not None:
        return None
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _encoded(text: str) -> str:
    """Everything in escapes but the unreserved characters of RFC 3986 section 2.3."""
    return text if _PLAIN.fullmatch(text) is not None else quote(text, safe="")


def _utf_16(text: str) -> bytes:
    """JavaScript and Java compare texts by UTF-16 code units."""
    return text.encode("utf-16-be")
