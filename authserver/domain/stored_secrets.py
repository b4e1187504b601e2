"""Secrets as they are stored: digests, never values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class DigestKind(StrEnum):
    """How a stored secret is compared with a presented one."""

    KEYED = "keyed"
    """HMAC-SHA-256 under a pepper: for secrets this server made (256 bit)."""
    BCRYPT = "bcrypt"
    """bcrypt hash that was imported; replaced by a keyed digest at its first success."""


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """One secret of a client or a protected resource.

    `digest` is the HMAC (32 bytes) or the bcrypt hash (ASCII); `pepper_id` names the pepper of
    a keyed digest and is empty for bcrypt; `hint` is the end of the secret, for recognition;
    times are seconds since the epoch, `None` means never.
    """

    secret_id: str
    kind: DigestKind
    digest: bytes = field(repr=False)
    pepper_id: str
    hint: str
    created_at: float
    expires_at: float | None
    last_used_at: float | None

    def is_live(self, now: float) -> bool:
        """Whether the secret still counts at `now` (seconds since the epoch)."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True)
class FreshSecret:
    """A secret at the one moment its value exists: to be shown once and forgotten."""

    value: str = field(repr=False)
    stored: StoredSecret
