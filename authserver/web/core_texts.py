"""What the core says of values that it refuses, as far as pages say it in other languages.

The core speaks English and knows no languages, so its texts stand here a second time, for their
translation alone; a test compares them with its source. A value has a place as in other texts:
`%(name)s`. What is called as in `SHAPES` has that shape; the others can be anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER: Final = r"[0-9]+"
_TIME: Final = r"(?:[0-9]+[smhdw])+"
SHAPES: Final[Mapping[str, str]] = {
    "count": _NUMBER,
    "highest": _NUMBER,
    "lowest": _NUMBER,
    "most": _NUMBER,
    "longest": _TIME,
    "shortest": _TIME,
    "whose": r"(?: \(.+\))?",
}
"""Regular expressions for values, by the names of their places."""


def _said(text: str) -> str:
    """A text of the core: `make texts` collects what is called so."""
    return text


FIELDS: Final = (
    _said("a number with its unit, like 45s, 10m, 12h, 30d, 4w or 1h30m"),
    _said("%(shortest)s to %(longest)s%(whose)s"),
    _said("%(lowest)s to %(highest)s"),
    _said("%(lowest)s to %(highest)s seconds"),
    _said("0 seconds to 366 days"),
    _said("0 seconds to ten years"),
    _said("more than 0 seconds, at most 366 days"),
    _said("more than 0 seconds, at most 10 years"),
    _said("more than 0 seconds, at most ten years"),
    _said("a day to ten years, or 0 for ever"),
    _said(
        "a date (2025-01-01), a moment with its zone (2025-01-01T08:00:00Z), or an amount of time "
        "(90d)"
    ),
    _said("a time with its zone (2027-01-15T08:00:00Z) or an age (30s, 15m, 2h, 7d, 4w)"),
    _said("1 to %(most)s"),
    _said("1 to %(most)s characters"),
    _said("at most %(most)s"),
    _said("at most %(most)s characters"),
    _said("at most %(most)s entries"),
    _said("at most %(most)s printable characters"),
    _said("printable characters only, on one line"),
    _said("3 to 100 characters: letters, digits, and . _ ~ - after a letter or digit"),
    _said("1 to 100 letters, digits, blanks and . _ @ - between two letters or digits"),
    _said("1 to 100 lower-case letters, digits and . _ @ + - after a letter or digit"),
    _said("1 to 63 lower-case letters, digits and dashes, no dash at either end"),
    _said("1 to 40 lower-case letters, digits and dashes, no dash at either end"),
    _said("1 to 64 letters, digits and hyphens, a letter at the begin"),
    _said("1 to 255 visible ASCII characters"),
    _said("%(lowest)s to %(highest)s visible ASCII characters"),
    _said("1 to %(most)s printable characters on one line, without blanks at the ends"),
    _said("another word: this is the name of the default policy document"),
    _said("another word: this is the name of the administration API"),
    _said("the name or subject of a user here"),
    _said("the name of the user whom it belongs to"),
    _said("an e-mail address like ada@example.com, or nothing"),
    _said("one e-mail address, like ada@example.com"),
    _said("an e-mail domain like example.com, without @ and without *"),
    _said("a language tag like en or de-AT"),
    _said("a time zone like Europe/Berlin"),
    _said("networks like 203.0.113.0/24 or 2001:db8::/32, or addresses"),
    _said("an address like 10.1.2.3 or 2001:db8::7"),
    _said("one of %(values)s"),
    _said("one or more of %(values)s"),
    _said("at least one of %(values)s"),
    _said("at least one of %(kind)s, or leave %(site)s out"),
    _said("at least one, or not at all: an empty list would let nothing pass"),
    _said("names of registered sites (%(known)s)"),
    _said("names of registered resources (%(known)s)"),
    _said("1 to %(most)s sites: a token that names no site can be used nowhere"),
    _said("at least one: a token without scopes may do nothing"),
    _said("only together with a resource they are for"),
    _said("what your groups give; not %(scopes)s"),
    _said("what the groups of %(user)s give; not %(scopes)s"),
    _said("those of client %(client)s (%(has)s)"),
    _said("keys or ids of projects or spaces"),
    _said("required by %(document)s: %(reason)s"),
    _said("required for a service: the client it speaks for"),
    _said("only with private_key_jwt"),
    _said("required with private_key_jwt: a JWK set, public keys"),
    _said("only with client_secret_basic or client_secret_post"),
    _said("a shared secret or a key set, one of the two"),
)
"""What is allowed in a field."""

ADDRESSES: Final = (
    _said(
        "an http(s) URL of host, optional port and path, like https://jira.example.com, "
        "of at most %(most)s characters"
    ),
    _said(
        "an https URL of host, optional port and path, like https://login.example.com, of at most "
        "%(most)s characters"
    ),
    _said("an https URL like https://app.example.com/about, of at most %(most)s characters"),
    _said(
        "an https URL like https://app.example.com/about, of at most %(most)s characters, "
        "without fragment"
    ),
    _said("empty, or a path like /jira"),
    _said("an absolute URI, with its scheme"),
    _said("a host behind the scheme: https://host/path"),
    _said("a host name or an IP address, with a port or without"),
    _said("a port from 1 to %(most)s, without leading zeros"),
    _said("no user name or password before the host"),
    _said("no fragment (RFC 6749 section 3.1.2)"),
    _said("no wildcard: every URI is registered whole"),
    _said("characters of RFC 3986 only, others percent-encoded; no blank, no backslash"),
    _said("https; http only at 127.0.0.1, [::1] or localhost"),
    _said("https, or http at 127.0.0.1, [::1] or localhost"),
    _said(
        "https, http at 127.0.0.1 or [::1], or a scheme made of a domain name in reverse "
        "(com.example.app:/callback)"
    ),
    _said("at least one, authorization_code sends users there"),
    _said("a host name, like jira.example.com"),
    _said("a host name like login.example.com, without https://"),
    _said("http:// or https://, a host and perhaps a port, like http://127.0.0.1:8080"),
    _said("a port, or an address and a port, like 443 or 127.0.0.1:8443"),
)
"""What is allowed in a field for an address."""

REFUSALS: Final = (
    _said("no %(kind)s named %(name)s"),
    _said("%(kind)s %(name)s already exists"),
    _said("this takes %(permission)s"),
    _said("mail is off: set mail.host first"),
    _said("policies name the group %(name)s: %(mentions)s"),
    _said(
        "%(user)s is the last enabled administrator with a password here: make another one first"
    ),
    _said("user %(user)s is %(status)s: enable that first"),
    _said("client %(client)s is %(status)s: enable it first"),
    _said("token %(token)s is %(status)s: make a new one"),
    _said("token %(token)s was rotated into %(next)s: rotate that one"),
    _said(
        "the secret before that of token %(token)s is live as well: revoke %(other)s, or rotate "
        "with overlap 0 to end both now"
    ),
    _said(
        "%(owner)s has %(count)s live API tokens, the most there may be%(whose)s: revoke one that "
        "is not needed any more"
    ),
    _said(
        "client %(client)s has %(count)s live secrets, the most there may be: rotate with overlap "
        "0 to end the old ones now"
    ),
    _said(
        "gateway %(gateway)s has %(count)s live keys, the most there may be: rotate with overlap "
        "0 to end the old ones now"
    ),
    _said(
        "resource %(site)s has %(count)s live %(purpose)s credentials, the most there may be: "
        "rotate with overlap 0 to end the old ones now"
    ),
    _said("this is the secret that the key has: nothing was changed"),
    _said("key %(key)s is %(state)s already: nothing it signed counts"),
    _said(
        "the next %(algorithm)s key was not announced long enough: caches may hold a JWKS without "
        "it until %(time)s; rotate then, or revoke the active key if it is compromised"
    ),
)
"""Why an act is refused, where no field is to blame."""
