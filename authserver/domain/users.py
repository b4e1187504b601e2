"""Users that have a local account; everybody else comes by federation."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from authserver.domain.roles import Role

if TYPE_CHECKING:
    from authserver.domain.mail import MailKind


class UserStatus(StrEnum):
    """Whether a user may sign in. `DELETED` is a tombstone: its subject never comes back."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What the `profile` and `email` scopes tell of a user; empty texts are left out.

    `email_verified` is only ever set by this server or an administrator, never by the user.
    """

    name: str = ""
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    email_verified: bool = False
    locale: str = ""
    zoneinfo: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A person. `subject` is opaque, stable and never given out again.

    `password_hash` is bcrypt over a pre-hash; `must_change_password` is set for one-time ones.
    `updated_at` is when the personal data last changed (seconds since the epoch). While
    `credentials_disabled_at` is set (the same), no token of the user counts and none is given;
    signing in goes on. `is_administrator` makes an owner; `roles` are others that somebody gave by
    hand. What groups at providers give comes on top: `services.administrators` knows all together.
    `muted_notices` are the mails that the user does without.
    """

    subject: str
    username: str
    is_administrator: bool
    status: UserStatus
    password_hash: bytes = field(repr=False)
    must_change_password: bool
    created_at: float
    data: PersonalData = PersonalData()
    updated_at: float = 0.0
    credentials_disabled_at: float | None = None
    roles: frozenset[Role] = frozenset()
    muted_notices: frozenset[MailKind] = frozenset()

    @property
    def own_roles(self) -> frozenset[Role]:
        """The roles that were given by hand, whether or not the user may act now."""
        return self.roles | {Role.OWNER} if self.is_administrator else self.roles

    @property
    def is_enabled(self) -> bool:
        """Whether the user may act now."""
        return self.status is UserStatus.ENABLED

    @property
    def has_credentials(self) -> bool:
        """Whether tokens may speak for the user now."""
        return self.is_enabled and self.credentials_disabled_at is None


def canonical(text: str) -> str:
    """The form in which user names and e-mail addresses are compared: NFKC, case-folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
