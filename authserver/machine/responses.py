"""The answer of an endpoint of the machine lane: a value that the shell turns into WSGI."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Headers = tuple[tuple[str, str], ...]

JSON: Final[Headers] = (("Content-Type", "application/json"),)
NO_STORE: Final[Headers] = (
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("Pragma", "no-cache"),
)
"""What RFC 6749 section 5.1 asks of every answer that may hold a token."""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; `status` is the HTTP status code.

    The shell adds `Content-Length`, the security headers, and `Cache-Control: no-store` where
    `headers` say nothing about caching.
    """

    status: int
    headers: Headers
    body: bytes = field(repr=False)


def json_response(
    value: Mapping[str, object] | Sequence[object],
    *,
    status: int = 200,
    headers: Headers = NO_STORE,
) -> Response:
    """A JSON answer; `headers` must name the content type.

    It ends its line, so that a shell's prompt does not stick to it.
    """
    return Response(status, headers, orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
