r"""Patterns of request targets that every server reads in the same way.

nginx chooses a location by the decoded, merged path and passes the raw one on; Tomcat reads that
in its own way. So a path is let through only when it fits a grammar without anything that the two
could read differently. What does not fit is refused, and so is what the pattern engine gives up on.

In nginx's quoted strings `\x5c` stays as it is; a lone backslash before a letter does as well.
"""

from __future__ import annotations

import re
from typing import Final

_TAIL: Final = "%[89ab][0-9a-f]"
_UTF_8: Final = (
    "%c2%[ab][0-9a-f]"
    f"|%(?:c[3-9a-f]|d[0-9a-f]){_TAIL}"
    f"|%e0%[ab][0-9a-f]{_TAIL}"
    f"|%e[1-9abcef](?:{_TAIL}){{2}}"
    f"|%ed%[89][0-9a-f]{_TAIL}"
    f"|%f0%[9ab][0-9a-f](?:{_TAIL}){{2}}"
    f"|%f[1-3](?:{_TAIL}){{3}}"
    f"|%f4%8[0-9a-f](?:{_TAIL}){{2}}"
)
"""Escapes of one character beyond ASCII (RFC 3629), no control, in its shortest form."""
_ASCII: Final = "%2[0-46-9abcd]|%3[0-9acdef]|%[46][0-9a-f]|%5[0-9abdef]|%7[0-9a-e]"
"""Escapes of an ASCII character, without controls and `% . / ; backslash`."""
_HARMLESS_PERCENT: Final = "%25(?![0-9a-f]|%[346][0-9a-f])"
"""An escaped `%` that begins no escape once decoded, however its digits are spelled."""
_NO_DOTS: Final = r"(?!\.{1,2}(?:[/?]|$))"
_PCHAR: Final = "[a-z0-9._~!$&'()*+,=:@-]"
_PRINTABLE: Final = r"[\x21\x24\x26-\x2e\x30-\x3a\x3d\x40-\x5b\x5d-\x5f\x61-\x7e]"

DECIDED_TARGET: Final = (
    rf"^(?=/)(?:/{_NO_DOTS}(?:{_PCHAR}|{_ASCII}|{_UTF_8})++)*+/?+"
    r"(?:\?[\x21\x22\x24-\x7e]*+)?+$"
)
"""Targets of decided calls. Match it without regard to case."""
PAGE_TARGET: Final = (
    rf"^(?=/)(?:/{_NO_DOTS}(?:{_PRINTABLE}|{_ASCII}|{_HARMLESS_PERCENT}|{_UTF_8})++)*+/?+(?:\?|$)"
)
"""Targets of pages: wider, and still without anything that could lead to `/rest` in Tomcat."""


def _spelled(word: str) -> str:
    """A word in capitals or not, of which any character may be escaped."""
    return "".join(f"(?:{letter}|%{ord(letter):02x}|%{ord(letter.upper()):02x})" for letter in word)


_CREDENTIALS: Final = "|".join(
    _spelled(word)
    for word in (
        "os_username",
        "os_password",
        "os_authtype",
        "os_cookie",
        "oauth_consumer_key",
        "oauth_signature",
        "oauth_token",
        "access_token",
        "jwt",
    )
)
JWT: Final = "[A-Za-z0-9._-]+"
"""The value of a parameter `jwt` that counts as a credential; every other one is refused."""
WITHOUT_CREDENTIALS: Final = rf"^[^?]*+(?:$|\?(?!(?:.*[?&;])?(?:{_CREDENTIALS})(?:[=&;]|$)))"
"""Targets whose query signs nobody in: Seraph's parameters, OAuth 1.0a's, RFC 6750's, Connect's.

Match it without regard to case.
"""


def page_path(base_path: str) -> str:
    """Decoded paths of pages: not the REST API or the remote APIs of old, by any of their doors.

    Sites forward `/s/<anything>/_/<path>` to `<path>`, and who forwards a decoded path may take
    `?` or `#` in it for its end. Match it without regard to case.
    """
    base = f"(?:{re.escape(base_path)})?" if base_path else ""
    return rf"(?s)^(?!{base}(?:/s/.*/_)?/(?:rest|rpc)(?:[/?#]|$))"


def _written(word: str) -> str:
    """A word in these letters, of which any may be escaped, once or more."""
    return "".join(f"(?:{letter}|{_escaped(letter)})" for letter in word)


def _written_in_any_case(word: str) -> str:
    """The same in small letters, capitals or both."""
    return "".join(
        f"(?:[{letter}{letter.upper()}]|{_escaped(letter)}|{_escaped(letter.upper())})"
        for letter in word
    )


def _escaped(letter: str) -> str:
    return f"%(?:25)*{ord(letter) >> 4:x}[{ord(letter) & 15:x}{ord(letter) & 15:X}]"


_SESSION: Final = f"(?:;|{_escaped(';')}){_written_in_any_case('jsessionid')}"
"""How servlet containers write a session into an address (Servlet 6.0 section 7.1.3)."""
_SECRET: Final = rf"(?:{_written('asv_')}|{_written('eyJ')}[A-Za-z0-9_=%-]{{4}}|{_SESSION})"
PATH_WITH_SECRET: Final = rf"^((?:(?!{_SECRET})[\x21\x22\x24-\x3e\x40-\x7e])*+){_SECRET}"
"""Targets with a secret of ours, a JWT or a session in their path; the group stands before it."""
