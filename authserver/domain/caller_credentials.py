"""What a call to a site carries to say who is calling."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

_BEARER_VALUE: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""`b64token` (RFC 6750 section 2.1)."""


class CredentialKind(StrEnum):
    """The ways in which callers of Jira and Confluence authenticate."""

    NONE = "none"
    BEARER = "bearer"
    BASIC = "basic"
    OAUTH1 = "oauth1"
    CONNECT_JWT = "connect-jwt"
    SESSION = "session"
    UNKNOWN = "unknown"
    """A scheme that nobody knows here."""
    MALFORMED = "malformed"
    """Not one credential: a broken value, or several in one header."""
    SEVERAL = "several"
    """A session cookie beside an Authorization header (RFC 6750 section 2)."""


_SCHEMES: Final = {
    "bearer": CredentialKind.BEARER,
    "basic": CredentialKind.BASIC,
    "oauth": CredentialKind.OAUTH1,
    "jwt": CredentialKind.CONNECT_JWT,
}


@dataclass(frozen=True, slots=True)
class CallerCredential:
    """One credential; `token_value` is what follows `Bearer`, and empty in every other kind."""

    kind: CredentialKind
    token_value: str = field(default="", repr=False)


_OF_KIND: Final = {kind: CallerCredential(kind) for kind in CredentialKind}


def read_credential(authorization: str | None, *, session: bool) -> CallerCredential:
    """The credential of a call, from its `Authorization` header and whether a session came.

    The header is `None` when none came, and empty when one came that cannot be read.
    Never raises: whatever cannot be read is a kind of its own, and no kind is good by itself.
    """
    if authorization is None:
        return _OF_KIND[CredentialKind.SESSION if session else CredentialKind.NONE]
    if session:
        return _OF_KIND[CredentialKind.SEVERAL]
    if not authorization:
        return _OF_KIND[CredentialKind.MALFORMED]
    scheme, _, value = authorization.partition(" ")
    kind = _SCHEMES.get(scheme.lower(), CredentialKind.UNKNOWN)
    if kind is not CredentialKind.BEARER:
        return _OF_KIND[kind]
    if _BEARER_VALUE.fullmatch(value) is None:
        return _OF_KIND[CredentialKind.MALFORMED]
    return CallerCredential(CredentialKind.BEARER, value)
