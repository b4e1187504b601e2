"""Identities: who somebody is at a provider, and which user that is here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.roles import Role

if TYPE_CHECKING:
    from authserver.domain.group_rules import GroupSnapshot

ID_TOKEN_PURPOSE: Final = "upstream-id-token"  # noqa: S105 - binds sealed ID tokens to their use
"""Of `UpstreamSession.sealed_id_token`; the context is the session's id."""


class IdentityStatus(StrEnum):
    """`UNLINKED` is a tombstone: the same person may come again, as a new identity's user."""

    LINKED = "linked"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class Identity:
    """One person at one provider. The pair (`provider`, `subject_key`) is its only name.

    `subject_key` is what the provider's subject rule makes of the claims; `subject` the local user.
    `shown` is how the person is called there (for people; never compared with anything). Times are
    seconds since the epoch. `last_checked_at` is the last sign-in or the last time the provider
    vouched for the person in another way; `asleep_since` is set when that is longer ago than the
    provider allows: then the user's grants and tokens rest until the next sign-in. `warned_at` is
    when notice of that was given. `is_administrator` (an owner), `roles` (others) and `ceiling` are
    what the groups gave last (`ceiling` `None`: no limit).
    """

    provider: str
    subject_key: str = field(repr=False)
    subject: str
    shown: str
    status: IdentityStatus
    created_at: float
    last_sign_in_at: float | None
    last_checked_at: float
    snapshot: GroupSnapshot | None = None
    is_administrator: bool = False
    ceiling: frozenset[str] | None = None
    asleep_since: float | None = None
    warned_at: float | None = None
    roles: frozenset[Role] = frozenset()

    @property
    def identity_id(self) -> str:
        """Names it where the key, personal data, has no place: in addresses and forms.

        32 hexadecimal digits, of which the key cannot be read; the same wherever it is asked.
        """
        named = f"{self.provider}\n{self.subject_key}".encode()
        return hashlib.sha256(named).hexdigest()[:32]

    @property
    def gives_administration(self) -> bool:
        """Whether the groups gave any role, whatever may keep it from counting now."""
        return self.is_administrator or bool(self.roles)

    @property
    def given_roles(self) -> frozenset[Role]:
        """Every role that the groups gave, whatever may keep it from counting now."""
        return self.roles | {Role.OWNER} if self.is_administrator else self.roles


@dataclass(frozen=True, slots=True)
class UpstreamSession:
    """The provider's side of one of our sessions, while that lasts.

    `upstream_sid` is its `sid` (empty: none was said). `sealed_id_token` is the ID token, sealed
    under a key-encryption key with the session's id as context: some providers sign nobody out
    without it (empty: none was kept).
    """

    session_id: str
    provider: str
    subject_key: str = field(repr=False)
    subject: str
    upstream_sid: str
    sealed_id_token: bytes = field(repr=False)
    created_at: float
    expires_at: float
