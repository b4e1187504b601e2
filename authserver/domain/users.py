"""Users that have a local account; everybody else comes by federation."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class UserStatus(StrEnum):
    """Whether a user may sign in."""

    ENABLED = "enabled"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class User:
    """A person. `subject` is opaque, stable and never given out again.

    `password_hash` is bcrypt over a pre-hash; `must_change_password` is set for one-time ones.
    """

    subject: str
    username: str
    is_administrator: bool
    status: UserStatus
    password_hash: bytes = field(repr=False)
    must_change_password: bool
    created_at: float
