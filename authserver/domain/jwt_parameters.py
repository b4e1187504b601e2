"""A JWT in the query of a call, as Connect apps send it where they can set no header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote_plus

from authserver.domain.query_hash import JWT_PARAMETER
from authserver.domain.raw_targets import parameters_in

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES: Final = frozenset({JWT_PARAMETER})


class JwtInQuery(NamedTuple):
    """What the query has: the JWT, and the query without it, byte by byte as it came.

    `value` is empty where nobody can say which JWT is meant: it stands there twice, under a name
    that only some readers take for `jwt` (`JWT`, `%6Awt`), behind a `;`, or is itself escaped.
    """

    value: str
    rest: str


def jwt_in(query: str) -> JwtInQuery | None:
    """The JWT in a raw query, `None` where no parameter of any spelling is called `jwt`."""
    if not parameters_in(query, _NAMES):
        return None
    parts = query.split("&")
    plain = [part for part in parts if part.startswith(JWT_PARAMETER + "=")]
    rest = "&".join(part for part in parts if not part.startswith(JWT_PARAMETER + "="))
    if len(plain) != 1 or parameters_in(rest, _NAMES) or not _is_plain(plain):
        return JwtInQuery("", rest)
    return JwtInQuery(plain[0].partition("=")[2], rest)


def _is_plain(parts: Sequence[str]) -> bool:
    return all(";" not in part and unquote_plus(part) == part for part in parts)
