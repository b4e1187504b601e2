"""Signing keys and their life: next, active, retiring, gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class SigningAlgorithm(StrEnum):
    """The algorithms this server signs with (RFC 7518)."""

    ES256 = "ES256"
    RS256 = "RS256"


class KeyState(StrEnum):
    """Where a key stands. `REVOKED` is gone at once, its signatures with it."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRING = "retiring"
    GONE = "gone"
    REVOKED = "revoked"

    @property
    def is_published(self) -> bool:
        """Whether the key stands in the JWKS and its signatures count."""
        return self in (KeyState.NEXT, KeyState.ACTIVE, KeyState.RETIRING)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key of a ring. `sealed_private` is unreadable without the key-encryption key.

    Times are seconds since the epoch; a state's time is `None` until it is reached.
    """

    kid: str
    algorithm: SigningAlgorithm
    state: KeyState
    public_jwk: Mapping[str, str]
    sealed_private: bytes = field(repr=False)
    created_at: float
    activated_at: float | None
    retired_at: float | None
    ended_at: float | None


@dataclass(frozen=True, slots=True)
class KeyTimes:
    """How long each state lasts, in seconds.

    `announce` (next before active) exceeds the JWKS `max_age`; `keep` (retiring before gone)
    exceeds the longest token; `use` is how long a key signs.
    """

    announce: int
    use: int
    keep: int
    jwks_max_age: int
