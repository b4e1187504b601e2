"""The claims of our access tokens (RFC 9068 section 2.2) as bytes: one text for one meaning."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import orjson

from authserver.domain.access_details import DETAIL_TYPE, AccessDetail, stated
from authserver.domain.tokens import ACCESS_TOKEN_SECONDS_MAX, AccessToken

MEDIA_TYPE: Final = "at+jwt"

_CLAIMS: Final = frozenset(
    {"iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti", "grant_id"}
)
_DETAILS: Final = "authorization_details"
"""RFC 9396 section 9.1; not there where nothing limits the token."""
_LIMITED_CLAIMS: Final = _CLAIMS | {_DETAILS}
_LATEST_TIME: Final = 2**53 - 1
"""The largest integer that every JSON reader understands alike."""
_LONGEST_REMEMBERED: Final = 512
"""Characters of a `scope` string: longer ones are read anew, so that memory stays bounded."""
# RFC 6749 section 3.3: visible ASCII without quotes and backslash, one blank in between.
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*\Z")


def claims_text(token: AccessToken) -> bytes:
    """The JSON of the claims.

    Raises:
        ValueError: the token's values could not be read again; it must not be issued.
    """
    claims: dict[str, object] = {
        "iss": token.issuer,
        "sub": token.subject,
        "aud": token.audience,
        "client_id": token.client_id,
        "scope": token.scope,
        "iat": token.issued_at,
        "exp": token.expires_at,
        "jti": token.token_id,
        "grant_id": token.grant_id,
    }
    if token.details is not None:
        claims[_DETAILS] = stated(token.details)
    text = orjson.dumps(claims)
    if not _times_fit(token.issued_at, token.expires_at):
        raise ValueError("an access token lives for 1 second to the hard cap, in whole seconds")
    texts = (token.subject, token.audience, token.client_id, token.token_id, token.grant_id)
    if not all(texts) or _scopes(token.scope) != token.scopes:
        raise ValueError("an access token has a value for every claim")
    return text


def read_claims(text: bytes, issuer: str) -> AccessToken | None:
    """The token that `claims_text` wrote for `issuer`; `None` for every other text.

    The claims are exactly ours, no more: a claim that this version does not know may be one that
    restricts the token. And the text is exactly as we write it, which leaves no room for members
    that stand twice, odd numbers or second spellings.
    """
    try:
        claims = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if type(claims) is not dict or orjson.dumps(claims) != text:
        return None
    details = _details(claims[_DETAILS]) if _DETAILS in claims else None
    expected = _CLAIMS if details is None else _LIMITED_CLAIMS
    if claims.keys() != expected:
        return None
    subject, audience, client_id = claims["sub"], claims["aud"], claims["client_id"]
    scope, token_id, grant_id = claims["scope"], claims["jti"], claims["grant_id"]
    for value in (subject, audience, client_id, scope, token_id, grant_id):
        if type(value) is not str or not value:
            return None
    issued_at, expires_at = claims["iat"], claims["exp"]
    scopes = _scopes(scope)
    if scopes is None or claims["iss"] != issuer or not _times_fit(issued_at, expires_at):
        return None
    return AccessToken(
        issuer=issuer,
        subject=subject,
        audience=audience,
        client_id=client_id,
        scopes=scopes,
        issued_at=issued_at,
        expires_at=expires_at,
        token_id=token_id,
        grant_id=grant_id,
        details=details,
    )


def _details(value: object) -> tuple[AccessDetail, ...] | None:
    """The limits as `stated` writes them; `None` for anything else, which is then no token."""
    if type(value) is not list:
        return None
    found = []
    for each in value:
        if type(each) is not dict or each.get("type") != DETAIL_TYPE:
            return None
        locations = each.get("locations")
        if type(locations) is not list or len(locations) != 1 or type(locations[0]) is not str:
            return None
        limits = (_limit(each, "operations"), _limit(each, "projects"))
        found.append(AccessDetail(locations[0], *limits))
    details = tuple(found)
    return details if stated(details) == value else None


def _limit(members: dict[str, object], name: str) -> tuple[str, ...] | None:
    values = members.get(name)
    if type(values) is not list or not all(type(each) is str for each in values):
        return None
    return tuple(values)


def _times_fit(issued_at: object, expires_at: object) -> bool:
    # `type() is int`: True is an int for isinstance.
    return (
        type(issued_at) is int
        and type(expires_at) is int
        and 0 <= issued_at <= _LATEST_TIME
        and 0 < expires_at - issued_at <= ACCESS_TOKEN_SECONDS_MAX
    )


def _scopes(scope: str) -> frozenset[str] | None:
    """The set behind a `scope` string."""
    return _remembered(scope) if len(scope) <= _LONGEST_REMEMBERED else _split(scope)


def _split(scope: str) -> frozenset[str] | None:
    return frozenset(scope.split(" ")) if _SCOPE.match(scope) else None


_remembered = lru_cache(maxsize=4096)(_split)
"""The same few strings come in every token."""
