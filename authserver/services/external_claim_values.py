"""Claims of foreign tokens, one by one: the type they must have, and no coercion to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.external_tokens import ExternalProblem
from authserver.domain.upstream_ports import ForeignTokenRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

ID_CHARACTERS_MAX: Final = 255
LEEWAY_SECONDS: Final = 60.0
"""How far a provider's clock may be from ours."""
LATEST_TIME: Final = 2**53 - 1
"""The largest integer that every JSON reader understands alike."""
# RFC 6749 section 3.3: visible ASCII without quotes and backslash, one blank in between.
_SCOPES: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_IDENTIFIER: Final = re.compile(r"[\x21-\x7e]+")
"""Ids of tokens and clients stand in headers and records."""


class Times(NamedTuple):
    """When a token counts (seconds since the epoch); `not_before` is 0 where it says none."""

    issued_at: float
    not_before: float
    expires_at: float


def refused(problem: ExternalProblem, claim: str = "") -> ForeignTokenRefused:
    """The refusal, with the claim that it is about."""
    return ForeignTokenRefused(problem, claim)


def identifier(claims: Mapping[str, object], name: str) -> str:
    """A claim that names a client or a token.

    Raises:
        ForeignTokenRefused: it is missing, or cannot name anything.
    """
    value = claims.get(name)
    if value is None:
        raise refused(ExternalProblem.CLAIM_MISSING, name)
    if not is_identifier(value):
        raise refused(ExternalProblem.CLAIM_TYPE, name)
    assert isinstance(value, str)  # noqa: S101 - is_identifier saw it
    return value


def is_identifier(value: object) -> bool:
    """Whether a value is visible ASCII of bounded length."""
    return (
        isinstance(value, str)
        and len(value) <= ID_CHARACTERS_MAX
        and _IDENTIFIER.fullmatch(value) is not None
    )


def audiences(claims: Mapping[str, object]) -> frozenset[str]:
    """`aud`, one text or a list of texts (RFC 7519 section 4.1.3); empty when there is none.

    Raises:
        ForeignTokenRefused: it is something else.
    """
    value = claims.get("aud")
    if value is None:
        return frozenset()
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(each, str) and each for each in listed):
        raise refused(ExternalProblem.CLAIM_TYPE, "aud")
    return frozenset(listed)


def scope_text(claims: Mapping[str, object], name: str) -> frozenset[str]:
    """Scopes in one text, divided by blanks; empty when the claim is missing.

    Raises:
        ForeignTokenRefused: it is something else, such as a list.
    """
    value = claims.get(name)
    if value is None:
        return frozenset()
    if not isinstance(value, str) or _SCOPES.fullmatch(value) is None:
        raise refused(ExternalProblem.CLAIM_TYPE, name)
    return frozenset(value.split(" "))


def scope_list(claims: Mapping[str, object], name: str) -> frozenset[str]:
    """Scopes in a list of texts; empty when the claim is missing.

    Raises:
        ForeignTokenRefused: it is something else, such as one text.
    """
    value = claims.get(name)
    if value is None:
        return frozenset()
    if not isinstance(value, list):
        raise refused(ExternalProblem.CLAIM_TYPE, name)
    for each in value:
        if not isinstance(each, str) or _SCOPE.fullmatch(each) is None:
            raise refused(ExternalProblem.CLAIM_TYPE, name)
    return frozenset(value)


def times(claims: Mapping[str, object], longest_seconds: int) -> Times:
    """When the token counts. `exp` and `iat` are needed: without them no life can be limited.

    Raises:
        ForeignTokenRefused: one is missing or no number, or the life is longer than allowed.
    """
    expires_at = _time(claims, "exp")
    issued_at = _time(claims, "iat")
    not_before = _time(claims, "nbf") if "nbf" in claims else 0.0
    if expires_at <= issued_at:
        raise refused(ExternalProblem.INCONSISTENT, "exp")
    if expires_at - issued_at > longest_seconds:
        raise refused(ExternalProblem.LIFE_TOO_LONG, "exp")
    return Times(issued_at, not_before, expires_at)


def check_times(known: Times, now: float) -> None:
    """Raises ForeignTokenRefused when the token does not count at `now`."""
    if now >= known.expires_at + LEEWAY_SECONDS:
        raise refused(ExternalProblem.EXPIRED)
    if known.issued_at > now + LEEWAY_SECONDS:
        raise refused(ExternalProblem.NOT_YET_VALID, "iat")
    if known.not_before > now + LEEWAY_SECONDS:
        raise refused(ExternalProblem.NOT_YET_VALID, "nbf")


def _time(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    if value is None:
        raise refused(ExternalProblem.CLAIM_MISSING, name)
    # `type() is`: True is an int for isinstance.
    if type(value) is not int and type(value) is not float:
        raise refused(ExternalProblem.CLAIM_TYPE, name)
    if not 0 <= value <= LATEST_TIME:
        raise refused(ExternalProblem.CLAIM_TYPE, name)
    return float(value)
