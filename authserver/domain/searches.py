"""What people look for in long lists: every field that is not `None`, or not empty, narrows.

`text` finds members by the beginnings of words, whatever their case: every word of it must begin
one of theirs (`search_words`). Times are seconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authserver.domain.clients import ClientAuthMethod, ClientStatus
    from authserver.domain.grants import GrantOrigin
    from authserver.domain.mail import MailKind, MailStatus
    from authserver.domain.roles import Role
    from authserver.domain.users import UserStatus


class ClientSort(StrEnum):
    """Orders of clients."""

    CLIENT_ID = "client_id"
    CREATED = "created_at"


class UserSort(StrEnum):
    """Orders of users."""

    USERNAME = "username"
    CREATED = "created_at"


class SessionSort(StrEnum):
    """Orders of sessions."""

    CREATED = "created_at"
    EXPIRES = "expires_at"


class GrantSort(StrEnum):
    """Orders of grants."""

    CREATED = "created_at"
    EXPIRES = "expires_at"


class ApiTokenSort(StrEnum):
    """Orders of API tokens."""

    TOKEN_ID = "token_id"  # noqa: S105 - a name
    CREATED = "created_at"
    EXPIRES = "expires_at"


class IdentitySort(StrEnum):
    """Orders of identities."""

    CREATED = "created_at"
    CHECKED = "last_checked_at"


class MailSort(StrEnum):
    """Orders of mails."""

    CREATED = "created_at"
    NEXT_TRY = "next_try_at"


@dataclass(frozen=True, slots=True)
class SecretSearch:
    """Whoever has a secret that is live at `live_at`, and which all the rest holds of.

    `expires_before` finds no secret without an end. `unused_since` means not used, and not made,
    since then.
    """

    live_at: float
    expires_before: float | None = None
    unused_since: float | None = None


@dataclass(frozen=True, slots=True)
class ClientSearch:
    """Which clients; deleted ones only when `status` says so.

    `text` looks at ids, names and contacts.
    """

    text: str = ""
    status: ClientStatus | None = None
    auth_method: ClientAuthMethod | None = None
    is_confidential: bool | None = None
    grant_type: str | None = None
    scope: str | None = None
    resource: str | None = None
    secret: SecretSearch | None = None


@dataclass(frozen=True, slots=True)
class UserSearch:
    """Which users; deleted ones only when `status` says so.

    `text` looks at user names, names and e-mail addresses. `role` counts what was given to the
    user here and what groups at providers give; `group` is a local group's name, its members by
    hand and by groups at providers.
    """

    text: str = ""
    status: UserStatus | None = None
    role: Role | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class SessionSearch:
    """Which sessions; with `live_at` only those that count then."""

    subject: str | None = None
    live_at: float | None = None


@dataclass(frozen=True, slots=True)
class GrantSearch:
    """Which grants, ended ones too; with `live_at` only those that count then.

    `unused_since` means not used, and not given, since then.
    """

    client_id: str | None = None
    subject: str | None = None
    resource: str | None = None
    session_id: str | None = None
    origin: GrantOrigin | None = None
    live_at: float | None = None
    expires_before: float | None = None
    unused_since: float | None = None


@dataclass(frozen=True, slots=True)
class IdentitySearch:
    """Which linked identities."""

    provider: str | None = None
    subject: str | None = None
    is_asleep: bool | None = None
    checked_before: float | None = None


@dataclass(frozen=True, slots=True)
class MailSearch:
    """Which mails; `to` is the whole address. `due_by`: only those to be tried then or before."""

    status: MailStatus | None = None
    kind: MailKind | None = None
    to: str | None = None
    due_by: float | None = None
