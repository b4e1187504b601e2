"""Proof key for code exchange (RFC 7636), by the method S256 and no other."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Final

METHOD: Final = "S256"
"""The one method there is: `plain` protects nothing that a leaked request does not give away."""

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def is_challenge(value: str) -> bool:
    """Whether `value` has the form of an S256 challenge: base64url of 32 bytes, no padding."""
    return _CHALLENGE.fullmatch(value) is not None


def is_verifier(value: str) -> bool:
    """Whether `value` has the form of a verifier (RFC 7636 section 4.1)."""
    return _VERIFIER.fullmatch(value) is not None


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a well-formed verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def verifier_fits(challenge: str, verifier: str) -> bool:
    """Whether `verifier` is what `challenge` was made of; False for anything malformed.

    An empty challenge fits nothing: whether a request without one needs a verifier is not asked
    here.
    """
    if not (is_challenge(challenge) and is_verifier(verifier)):
        return False
    return hmac.compare_digest(challenge_of(verifier), challenge)
