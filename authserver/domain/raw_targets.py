"""Request targets as they came on the wire: what can be read in one way only, and what cannot.

Between a caller and the site stand parsers that disagree: proxies merge slashes, servlet containers
cut off path parameters, some decode twice. Whatever two of them could read differently is refused;
what is left has one meaning, and one spelling is made of it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import unquote_plus, unquote_to_bytes

LONGEST_TARGET: Final = 8192

_PLAIN_PATH: Final = re.compile(r"(?:/(?!\.\.?(?:/|\Z))[A-Za-z0-9._~!$&'()*+,=:@-]+)+/?|/")
"""Nothing to decode, nothing to mend: nearly every path is one of these."""
_AMBIGUOUS: Final = re.compile(
    r"""
    [^\x21-\x7e]                           # control and non-ASCII characters
    | [;\\\#]                              # path parameters, the other slash, fragments
    | //
    | /\.\.?(?:/|\Z)                       # dot segments
    | %(?![0-9A-Fa-f]{2})                  # no escape at all
    | %(?:[01][0-9A-Fa-f]|7[Ff])           # control characters
    | %(?:2[EeFf5]|5[Cc]|3[Bb])            # . / % \ ; in disguise
    """,
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")
_SUSPICIOUS_QUERY: Final = re.compile(r"%|os_|oauth_|access_token|_method|jwt", re.IGNORECASE)
_NAMES_END: Final = re.compile(r"[&;]")

CREDENTIAL_PARAMETERS: Final = frozenset(
    {
        *("os_username", "os_password", "os_authtype", "os_cookie"),
        *("oauth_token", "oauth_consumer_key", "oauth_signature"),
        *("access_token", "jwt"),
    }
)
"""Query parameters that sign in: those of Seraph, OAuth 1.0 (RFC 5849 section 3.5.3), RFC 6750
section 2.3 and Connect. In lower case."""
METHOD_PARAMETERS: Final = frozenset({"_method"})
"""Query parameters that ask for another method than the one in the request line."""


class Target(NamedTuple):
    """A request target that can be read in one way: the path in its one spelling, and the query."""

    path: str
    query: str


def read_target(raw: str) -> Target | None:
    """The target of a request line in origin form (RFC 9112 section 3.2.1).

    `None` when it can be read in more than one way, is longer than `LONGEST_TARGET`, or is in
    another form. The path comes normalized (RFC 3986 section 6.2.2): escapes in capitals,
    unreserved characters unescaped; without a slash at its end, which sites take as the same.
    """
    if len(raw) > LONGEST_TARGET:
        return None
    path, _, query = raw.partition("?")
    if _PLAIN_PATH.fullmatch(path) is None:
        mended = _mended(path)
        if mended is None:
            return None
        path = mended
    if query and not _is_plain(query):
        return None
    return Target(path[:-1] if len(path) > 1 and path[-1] == "/" else path, query)


def parameters_in(query: str, names: frozenset[str]) -> bool:
    """Whether a parameter of `query` has one of the `names`, whatever its spelling."""
    if not query or _SUSPICIOUS_QUERY.search(query) is None:
        return False
    return any(
        unquote_plus(part.partition("=")[0], errors="replace").strip().lower() in names
        for part in _NAMES_END.split(query)
    )


def _mended(path: str) -> str | None:
    if path[:1] != "/" or _AMBIGUOUS.search(path) is not None:
        return None
    try:
        # Overlong forms of a slash or a dot are no UTF-8, and still some decoders take them.
        unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return _ESCAPE.sub(_one_spelling, path)


def _one_spelling(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if _UNRESERVED.match(character) else escape[0].upper()


def _is_plain(query: str) -> bool:
    return query.isascii() and query.isprintable() and "#" not in query and " " not in query
