"""What a call to a site carries to say who is calling."""

from __future__ import annotations

import re
from base64 import b64decode
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from authserver.domain.users import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.jwt_parameters import JwtInQuery

_BEARER_VALUE: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""`b64token` (RFC 6750 section 2.1)."""
_JWT_VALUE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_BASIC_VALUE: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
"""Base64 in its one form: some decoders skip what does not belong to it, others stop there."""
_OURS: Final = re.compile(r"asv_[a-z]{1,8}_", re.IGNORECASE)
"""How every secret of ours begins."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
"""What RFC 7617 section 2 forbids in a name and in a password."""
_ACCESS_TOKEN: Final = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
"""A JWT, ours or a provider's: it is nobody's password."""
_LONGEST_NAME: Final = 200


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
    """More than one: a session cookie, an Authorization header, a JWT in the query."""


_SCHEMES: Final = {
    "bearer": CredentialKind.BEARER,
    "basic": CredentialKind.BASIC,
    "oauth": CredentialKind.OAUTH1,
    "jwt": CredentialKind.CONNECT_JWT,
}


class CallerCredential(NamedTuple):
    """One credential.

    `token_value` is what follows `Bearer` or `JWT`, the JWT of the query, or the password of Basic
    where that has a secret of ours in it: no other password is kept anywhere. `username` is what
    Basic claims, canonical and shortened; empty where it has a secret of ours in it.
    `is_ours` says that a secret of ours, or a JWT where none belongs, is in it, in whatever form:
    then it never goes on to a site, for whom it would be a wrong password. `header` is the whole
    header where it may go on to the site as it came, else empty.
    """

    kind: CredentialKind
    token_value: str = ""
    username: str = ""
    is_ours: bool = False
    header: str = ""
    from_query: bool = False

    def __repr__(self) -> str:
        """Without secrets: representations end up in logs."""
        return f"CallerCredential({self.kind!s}, {self.username!r}, is_ours={self.is_ours})"


_OF_KIND: Final = {kind: CallerCredential(kind) for kind in CredentialKind}
_MALFORMED: Final = _OF_KIND[CredentialKind.MALFORMED]


def read_credential(
    authorization: str | None, *, session: bool, in_query: JwtInQuery | None = None
) -> CallerCredential:
    """The credential of a call: from its `Authorization` header, its query, or a session.

    The header is `None` when none came, and empty when one came that cannot be read; `session`
    says whether a browser's came. `in_query` is the JWT of the query, where one came there.
    Never raises: whatever cannot be read is a kind of its own, and no kind is good by itself.
    """
    if authorization is None:
        return _without_header(session=session, in_query=in_query)
    if session or in_query is not None:
        return _OF_KIND[CredentialKind.SEVERAL]
    return _of_header(authorization)


def _without_header(*, session: bool, in_query: JwtInQuery | None) -> CallerCredential:
    if in_query is None:
        return _OF_KIND[CredentialKind.SESSION if session else CredentialKind.NONE]
    if session or not in_query.value:
        # Twice, or in a spelling that readers disagree on, is several as well.
        return _OF_KIND[CredentialKind.SEVERAL]
    return _jwt(in_query.value, "")


def _of_header(header: str) -> CallerCredential:
    scheme, _, value = header.partition(" ")
    kind = _SCHEMES.get(scheme.lower(), CredentialKind.UNKNOWN) if header else _MALFORMED.kind
    reader = _READERS.get(kind)
    return _OF_KIND[kind] if reader is None else reader(value, header)


def _is_ours(value: str) -> bool:
    if "eyJ" in value and _ACCESS_TOKEN.search(value) is not None:
        return True
    return "asv_" in value.lower() and _OURS.search(value) is not None


def _bearer(value: str, header: str) -> CallerCredential:
    if _BEARER_VALUE.fullmatch(value) is None:
        return _MALFORMED
    if value.startswith("eyJ"):
        # A JWT: nobody lets one go on as it came.
        return CallerCredential(CredentialKind.BEARER, value)
    if _is_ours(value):
        return CallerCredential(CredentialKind.BEARER, value, is_ours=True)
    return CallerCredential(CredentialKind.BEARER, value, header=header)


def _oauth(value: str, header: str) -> CallerCredential:
    if not (header.isascii() and header.isprintable()):
        return _MALFORMED
    # RFC 5849 section 3.5.1: whoever reads the values takes escapes out of them.
    if _is_ours(value) or _is_ours(unquote(value)):
        return CallerCredential(CredentialKind.OAUTH1, is_ours=True)
    return CallerCredential(CredentialKind.OAUTH1, header=header)


def _basic(value: str, header: str) -> CallerCredential:
    """RFC 7617 section 2, in UTF-8: another reader of it might see another user."""
    if not value or _BASIC_VALUE.fullmatch(value) is None:
        return _MALFORMED
    try:
        pair = b64decode(value).decode("utf-8")
    except UnicodeDecodeError:
        return _MALFORMED
    user, colon, password = pair.partition(":")
    if not colon or _CONTROL.search(pair) is not None:
        return _MALFORMED
    in_password, in_user = _is_ours(password), _is_ours(user)
    return CallerCredential(
        CredentialKind.BASIC,
        password if in_password else "",
        # Directories find users whatever blanks there are around a name.
        "" if in_user else canonical(user).strip()[:_LONGEST_NAME],
        is_ours=in_password or in_user,
        header="" if in_password or in_user else header,
    )


def _jwt(value: str, header: str) -> CallerCredential:
    """`header` is empty where it came in the query."""
    if _JWT_VALUE.fullmatch(value) is None:
        return _MALFORMED
    return CallerCredential(CredentialKind.CONNECT_JWT, value, from_query=not header)


_READERS: Final[Mapping[CredentialKind, Callable[[str, str], CallerCredential]]] = {
    CredentialKind.BEARER: _bearer,
    CredentialKind.BASIC: _basic,
    CredentialKind.OAUTH1: _oauth,
    CredentialKind.CONNECT_JWT: _jwt,
}
