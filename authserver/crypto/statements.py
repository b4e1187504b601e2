"""Statements for clients as bytes, and ID tokens read back: one text for one meaning."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import orjson

from authserver.domain.identity_tokens import IdTokenHint

if TYPE_CHECKING:
    from collections.abc import Mapping

_LATEST_TIME: Final = 2**53 - 1
"""The largest integer that every JSON reader understands alike."""
_NEVER_OF_AN_ID_TOKEN: Final = frozenset(
    {"events", "scope", "client_id", "token_introspection", "jti"}
)
"""What other kinds of tokens are known by: a text that has it was never meant as an ID token."""


def statement_text(claims: Mapping[str, object], issuer: str) -> bytes:
    """The JSON of the claims.

    Raises:
        ValueError: the statement is another issuer's.
    """
    if claims.get("iss") != issuer:
        raise ValueError("the statement names another issuer than this keyring's")
    return orjson.dumps(dict(claims))


def read_id_claims(text: bytes, issuer: str) -> IdTokenHint | None:
    """What an ID token that `statement_text` wrote for `issuer` says; `None` for other texts.

    The text is exactly as we write it, which leaves no room for members that stand twice, odd
    numbers or second spellings. Time is not looked at.
    """
    try:
        claims = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if type(claims) is not dict or orjson.dumps(claims) != text:
        return None
    if claims.get("iss") != issuer or not _has_form(claims):
        return None
    return IdTokenHint(
        subject=claims["sub"],
        client_id=claims["aud"],
        session_id=claims.get("sid", ""),
        issued_at=claims["iat"],
        claims=MappingProxyType(claims),
    )


def _has_form(claims: Mapping[str, object]) -> bool:
    """Whether these are the claims of an ID token (OpenID Connect Core section 2), as ours are."""
    parties = [claims.get("sub"), claims.get("aud"), claims.get("azp", claims.get("aud"))]
    return (
        all(type(party) is str and party for party in parties)
        and parties[1] == parties[2]
        and type(claims.get("sid", "")) is str
        and all(_is_time(claims.get(name)) for name in ("iat", "exp", "auth_time"))
        and _NEVER_OF_AN_ID_TOKEN.isdisjoint(claims)
    )


def _is_time(value: object) -> bool:
    # `type() is int`: True is an int for isinstance.
    return type(value) is int and 0 <= value <= _LATEST_TIME
