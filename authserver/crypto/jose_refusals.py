"""Why a token was refused: words for operators, never a word from the token."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """What was wrong, in the order in which it is looked for."""

    SIZE = "longer than allowed"
    SEGMENTS = "not three non-empty segments"
    ENCODING = "a segment is not canonical base64url"
    JSON = "a segment is not one strict JSON object"
    HEADER = "a header member is not allowed"
    TYPE = "the typ is not the one of this kind of token"
    ALGORITHM = "the alg is not allowed, or not the key's"
    KEY = "the kid names no known key"
    SIGNATURE = "the signature does not verify"
    CLAIMS = "a claim is missing, of another type, or not allowed"
    PARTY = "iss or sub is not the expected party"
    AUDIENCE = "the aud is not us"
    TIME = "exp, iat or nbf is outside the allowed times"


class TokenRefused(Exception):
    """A token is not what it has to be. `str()` is for the operators' log."""

    def __init__(self, refusal: Refusal, member: str = "") -> None:
        """Remember the reason and, where one is to blame, the member's name from our own list."""
        super().__init__(f"{refusal.value} ({member})" if member else refusal.value)
        self.refusal = refusal
        self.member = member
